{{ config(materialized='table') }}

{#- Who fetches what was ordered online is in the store as well. -#}
with order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

final as (

    select
        order_facts.order_id,
        person_identifiers.person_token,
        order_facts.store_id,
        order_facts.delivery_mode in ('in_store', 'pickup') as is_store_visit,
        order_facts.placed_at,
        order_facts.placed_on
    from order_facts
    inner join person_identifiers on order_facts.customer_token = person_identifiers.identifier_token
    where
        order_facts.is_completed
        and person_identifiers.person_token is not null

)

select * from final
