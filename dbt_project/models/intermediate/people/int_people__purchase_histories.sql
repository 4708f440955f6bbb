{{ config(materialized='table') }}

{#- What the models of customer value are fitted to, once as of today and once as of the day before the hold-out period,
    so that today's method can be held against what came after. A day with several orders is one purchase. -#}
with purchases as (

    select * from {{ ref('int_people__purchases') }}

),

parameters as (

    select * from {{ ref('int_people__lifetime_value_parameters') }}

),

customers as (

    select * from {{ ref('int_people__customers') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

purchase_days as (

    select
        person_token,
        purchase_stream,
        placed_on,
        sum(margin_yuan) as margin_yuan
    from purchases
    group by person_token, purchase_stream, placed_on
    union all
    select
        person_token,
        'all' as purchase_stream,
        placed_on,
        sum(margin_yuan) as margin_yuan
    from purchases
    group by person_token, placed_on

),

spans as (

    select
        min(purchase_days.placed_on) as first_date,
        max(as_of.as_of_date) as last_date
    from purchase_days
    cross join as_of

),

bounds as (

    select
        spans.last_date,
        {{ days_between('spans.first_date', 'spans.last_date') }} + 1 as history_days,
        {{ integer_floor(
            'parameters.holdout_share * (' ~ days_between('spans.first_date', 'spans.last_date') ~ ' + 1)'
        ) }} as holdout_days
    from spans
    cross join parameters

),

dated as (

    select
        *,
        {{ add_days('last_date', '-holdout_days') }} as calibration_date
    from bounds

),

spaced as (

    select
        purchase_days.*,
        dated.last_date,
        dated.history_days,
        dated.holdout_days,
        dated.calibration_date,
        purchase_days.placed_on <= dated.calibration_date as is_calibration,
        {{ natural_log(days_between(
            'lag(purchase_days.placed_on) over stream_days',
            'purchase_days.placed_on'
        )) }} as log_interval
    from purchase_days
    cross join dated
    window
        stream_days as (
            partition by purchase_days.person_token, purchase_days.purchase_stream
            order by purchase_days.placed_on nulls last
        )

),

summed as (

    select
        person_token,
        purchase_stream,
        max(history_days) as history_days,
        max(holdout_days) as holdout_days,
        count(*) as purchase_count,
        {{ days_between('min(placed_on)', 'max(placed_on)') }} as recency_days,
        {{ days_between('min(placed_on)', 'max(last_date)') }} as age_days,
        sum(margin_yuan) as margin_yuan,
        coalesce({{ exact_sum('log_interval') }}, 0) as log_intervals,
        count(*) filter (where is_calibration) as calibration_purchase_count,
        {{ days_between('min(placed_on)', 'max(case when is_calibration then placed_on end)') }}
            as calibration_recency_days,
        {{ days_between('min(placed_on)', 'max(calibration_date)') }} as calibration_age_days,
        sum(case when is_calibration then margin_yuan else 0 end) as calibration_margin_yuan,
        coalesce({{ exact_sum('case when is_calibration then log_interval end') }}, 0) as calibration_log_intervals,
        count(*) filter (where not is_calibration) as holdout_purchase_count,
        sum(case when not is_calibration then margin_yuan else 0 end) as holdout_margin_yuan
    from spaced
    group by person_token, purchase_stream

),

final as (

    select
        summed.person_token,
        summed.purchase_stream,
        customers.is_active,
        summed.history_days,
        summed.holdout_days,
        summed.purchase_count,
        summed.recency_days,
        summed.age_days,
        {{ safe_ratio('summed.margin_yuan', 'summed.purchase_count') }} as mean_margin_yuan,
        summed.log_intervals,
        summed.calibration_purchase_count,
        summed.calibration_recency_days,
        summed.calibration_age_days,
        {{ safe_ratio('summed.calibration_margin_yuan', 'summed.calibration_purchase_count') }}
            as calibration_mean_margin_yuan,
        summed.calibration_log_intervals,
        summed.holdout_purchase_count,
        cast(summed.holdout_margin_yuan as double) as holdout_margin_yuan
    from summed
    inner join customers on summed.person_token = customers.person_token

)

select * from final
