{{ config(materialized='table') }}

{#- Limits and intervals are laid out per sensor and period of validity, so that readings meet them in one equality
    join. -#}
with sensors as (

    select * from {{ ref('stg_sensors__sensors') }}
    where sensor_kind = 'climate'

),

ranges as (

    select * from {{ ref('climate_ranges') }}

),

intervals as (

    select * from {{ ref('recording_intervals') }}
    where context = 'storage'

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
        intervals.state,
        intervals.minutes,
        row_number() over (
            partition by periods.valid_from, intervals.state
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
        max(minutes) filter (where state = 'in_range') * cast(60000000 as bigint) as in_range_interval_microseconds,
        max(minutes) filter (where state = 'breach') * cast(60000000 as bigint) as breach_interval_microseconds
    from intervals_in_force
    where recency = 1
    group by valid_from

),

final as (

    select
        sensors.sensor_id,
        sensors.location_id,
        sensors.room,
        sensors.storage_class,
        sensors.installed_on,
        sensors.removed_on,
        limits.temperature_minimum_celsius,
        limits.temperature_maximum_celsius,
        limits.humidity_minimum_percent,
        limits.humidity_maximum_percent,
        longest_stretches.in_range_interval_microseconds,
        longest_stretches.breach_interval_microseconds,
        periods.valid_from,
        periods.valid_before
    from sensors
    inner join limits on sensors.storage_class = limits.storage_class
    inner join longest_stretches on limits.valid_from = longest_stretches.valid_from
    inner join periods on limits.valid_from = periods.valid_from

)

select * from final
