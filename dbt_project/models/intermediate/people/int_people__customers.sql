{{ config(materialized='table') }}

{#- A score counts the customers who are worse: those who share a figure share the score, whatever the order of the
    rows. -#}
with purchases as (

    select * from {{ ref('int_people__purchases') }}

),

parameters as (

    select * from {{ ref('int_people__lifetime_value_parameters') }}

),

catalogue as (

    select * from {{ ref('kpi_catalogue') }}
    where kpi_code = 'ltv_yuan'

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

customers as (

    select
        person_token,
        min(placed_on) as first_order_date,
        max(placed_on) as last_order_date,
        count(*) as completed_order_count,
        sum(margin_yuan) as margin_to_date_yuan,
        max(case when purchase_stream = 'refill' then 1 else 0 end) = 1 as is_chronic_customer
    from purchases
    group by person_token

),

ranked as (

    select
        *,
        count(*) over () as customer_count,
        rank() over (order by last_order_date nulls last) - 1 as staler_count,
        rank() over (order by completed_order_count nulls last) - 1 as rarer_count,
        rank() over (order by margin_to_date_yuan nulls last) - 1 as poorer_count
    from customers

),

final as (

    select
        ranked.person_token,
        ranked.first_order_date,
        ranked.last_order_date,
        {{ month_start('ranked.first_order_date') }} as cohort_month,
        ranked.completed_order_count,
        ranked.margin_to_date_yuan,
        ranked.is_chronic_customer,
        ranked.last_order_date > {{ add_days('as_of.as_of_date', '-catalogue.window_days') }} as is_active,
        1 + {{ integer_quotient(
            'cast(parameters.rfm_classes as bigint) * ranked.staler_count', 'ranked.customer_count'
        ) }} as recency_score,
        1 + {{ integer_quotient(
            'cast(parameters.rfm_classes as bigint) * ranked.rarer_count', 'ranked.customer_count'
        ) }} as frequency_score,
        1 + {{ integer_quotient(
            'cast(parameters.rfm_classes as bigint) * ranked.poorer_count', 'ranked.customer_count'
        ) }} as monetary_score,
        as_of.as_of_date
    from ranked
    cross join parameters
    cross join catalogue
    cross join as_of

)

select * from final
