{{ config(materialized='table') }}

{#- Limits and intervals per period of validity, so that what they are held against meets them in one join. -#}
with ranges as (

    select * from {{ ref('climate_ranges') }}

),

intervals as (

    select * from {{ ref('recording_intervals') }}

),

-- Every day on which some threshold changes begins a period.
period_starts as (

    select valid_from from ranges
    union
    select valid_from from intervals

),

periods as (

    select
        valid_from,
        lead(valid_from) over (order by valid_from nulls last) as valid_before
    from period_starts

),

ranges_in_force as (

    select
        periods.valid_from,
        ranges.storage_class,
        ranges.quantity,
        ranges.minimum_value,
        ranges.maximum_value,
        row_number() over (
            partition by periods.valid_from, ranges.storage_class, ranges.quantity
            order by ranges.valid_from desc
        ) as recency
    from periods
    inner join ranges on periods.valid_from >= ranges.valid_from

),

intervals_in_force as (

    select
        periods.valid_from,
        intervals.context,
        intervals.state,
        intervals.minutes,
        row_number() over (
            partition by periods.valid_from, intervals.context, intervals.state
            order by intervals.valid_from desc
        ) as recency
    from periods
    inner join intervals on periods.valid_from >= intervals.valid_from

),

limits as (

    select
        valid_from,
        storage_class,
        max(minimum_value) filter (where quantity = 'temperature_celsius') as temperature_minimum_celsius,
        max(maximum_value) filter (where quantity = 'temperature_celsius') as temperature_maximum_celsius,
        max(minimum_value) filter (where quantity = 'humidity_percent') as humidity_minimum_percent,
        max(maximum_value) filter (where quantity = 'humidity_percent') as humidity_maximum_percent
    from ranges_in_force
    where recency = 1
    group by valid_from, storage_class

),

longest_stretches as (

    select
        valid_from,
        context,
        max(minutes) filter (where state = 'in_range') * cast(60000000 as bigint) as in_range_interval_microseconds,
        max(minutes) filter (where state = 'breach') * cast(60000000 as bigint) as breach_interval_microseconds
    from intervals_in_force
    where recency = 1
    group by valid_from, context

),

final as (

    select
        longest_stretches.context,
        limits.storage_class,
        limits.temperature_minimum_celsius,
        limits.temperature_maximum_celsius,
        limits.humidity_minimum_percent,
        limits.humidity_maximum_percent,
        -- The lower its upper limit, the stricter a class: what keeps for the strictest keeps for those beside it.
        row_number() over (
            partition by longest_stretches.context, limits.valid_from
            order by limits.temperature_maximum_celsius nulls last, limits.storage_class nulls last
        ) as strictness,
        longest_stretches.in_range_interval_microseconds,
        longest_stretches.breach_interval_microseconds,
        periods.valid_from,
        periods.valid_before
    from limits
    inner join longest_stretches on limits.valid_from = longest_stretches.valid_from
    inner join periods on limits.valid_from = periods.valid_from

)

select * from final
