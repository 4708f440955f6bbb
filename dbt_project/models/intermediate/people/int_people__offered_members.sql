{{ config(materialized='table') }}

{#- An offer counts in the month in which its days are over, so that a month that has ended does not
    change any more. -#}
with offer_responses as (

    select * from {{ ref('int_people__offer_responses') }}
    where
        is_member
        and is_value_added_service

),

closed_months as (

    select * from {{ ref('int_people__closed_months') }}

),

final as (

    select
        closed_months.month_end_date as business_date,
        offer_responses.home_store_id as store_id,
        offer_responses.person_token,
        offer_responses.offer_kind,
        max(offer_responses.birth_year) as birth_year,
        max(case when offer_responses.is_taken_in_time then 1 else 0 end) = 1 as is_counted
    from offer_responses
    inner join closed_months
        on offer_responses.uptake_due_on between closed_months.month_start_date and closed_months.month_end_date
    group by
        closed_months.month_end_date,
        offer_responses.home_store_id,
        offer_responses.person_token,
        offer_responses.offer_kind

)

select * from final
