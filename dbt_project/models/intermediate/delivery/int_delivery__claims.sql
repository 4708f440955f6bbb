{{ config(materialized='table') }}

with claims as (

    select * from {{ ref('stg_delivery_claims__claims') }}

),

order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

final as (

    select
        claims.claim_id,
        claims.order_id,
        order_facts.channel,
        order_facts.store_id,
        order_facts.fulfilling_location_id,
        coalesce(claims.courier_company, order_facts.courier_company) as courier_company,
        claims.claim_kind,
        claims.liable_party,
        claims.claimed_yuan,
        claims.settled_yuan,
        claims.opened_at,
        claims.settled_at,
        claims.outcome,
        {{ minutes_between('claims.opened_at', 'claims.settled_at') }} * {{ safe_ratio(1, 60) }} as settle_hours,
        {{ local_date('claims.opened_at') }} as claim_opened_on,
        claims.updated_at,
        order_facts.paid_on,
        order_facts.placed_on
    from claims
    inner join order_facts on claims.order_id = order_facts.order_id

)

select * from final
