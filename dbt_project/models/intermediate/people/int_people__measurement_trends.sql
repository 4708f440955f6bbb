{{ config(materialized='table') }}

{#- The last value of each kind and where values have been going: slope of the least-squares line through the readings
    of the trend window with its 95 % interval (N. R. Draper and H. Smith, Applied Regression Analysis, 3rd edition,
    section 1.4; normal quantile), so that a few readings on a bad day make no trend. -#}
with measurements as (

    select * from {{ ref('int_people__measurements') }}
    where
        person_token is not null
        and measurement_kind not in ('declared_condition', 'gestation_week', 'baby_age')

),

thresholds as (

    select * from {{ ref('int_people__care_thresholds') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

ranked as (

    select
        measurements.*,
        row_number() over (
            partition by measurements.person_token, measurements.measurement_kind
            order by measurements.measured_at desc nulls last, measurements.measurement_id asc nulls last
        ) as recency,
        measurements.measured_on > {{ add_days('as_of.as_of_date', '-thresholds.trend_days') }} as is_in_window,
        {{ days_between('as_of.as_of_date', 'measurements.measured_on') }} as day_number
    from measurements
    cross join thresholds
    cross join as_of

),

latest as (

    select * from ranked
    where recency = 1

),

sums as (

    select
        person_token,
        measurement_kind,
        count(*) as reading_count,
        cast(sum(day_number) as double) as days,
        cast(sum(day_number * day_number) as double) as squared_days,
        {{ exact_sum('canonical_value') }} as values_sum,
        {{ exact_sum('canonical_value * canonical_value') }} as squared_values,
        {{ exact_sum('canonical_value * day_number') }} as products
    from ranked
    where is_in_window
    group by person_token, measurement_kind

),

spreads as (

    select
        person_token,
        measurement_kind,
        reading_count,
        squared_days - days * {{ safe_ratio('days', 'reading_count') }} as day_spread,
        squared_values - values_sum * {{ safe_ratio('values_sum', 'reading_count') }} as value_spread,
        products - days * {{ safe_ratio('values_sum', 'reading_count') }} as joint_spread
    from sums

),

slopes as (

    select
        *,
        {{ safe_ratio('joint_spread', 'day_spread') }} as daily_slope
    from spreads

),

errors as (

    select
        *,
        {{ square_root(safe_ratio(
            'greatest(value_spread - daily_slope * joint_spread, 0)', 'day_spread * (reading_count - 2)'
        )) }} as slope_error
    from slopes

),

trends as (

    select
        latest.person_token,
        latest.measurement_kind,
        latest.canonical_value as latest_value,
        latest.canonical_unit as measurement_unit,
        latest.measured_at as latest_measured_at,
        latest.measured_on as latest_measured_on,
        latest.measured_by,
        coalesce(errors.reading_count, 0) as reading_count,
        -- Per 30 days; three readings are the fewest that leave an error to be estimated.
        case when errors.reading_count > 2 then 30 * errors.daily_slope end as slope_per_30_days,
        case
            when errors.reading_count > 2
                then 30 * (errors.daily_slope - cast(1.959963984540054 as double) * errors.slope_error)
        end as slope_lower,
        case
            when errors.reading_count > 2
                then 30 * (errors.daily_slope + cast(1.959963984540054 as double) * errors.slope_error)
        end as slope_upper
    from latest
    left join errors
        on
            latest.person_token = errors.person_token
            and latest.measurement_kind = errors.measurement_kind

),

final as (

    select
        *,
        case
            when slope_lower > 0 then 'rising'
            when slope_upper < 0 then 'falling'
            when slope_lower is not null then 'steady'
        end as trend
    from trends

)

select * from final
