{{ config(**incremental_by_day('measured_on', 'stg_iot_readings__touched_days')) }}

{#- One pass over the readings of a day, with one window per sensor and day. Stretches over midnight are left to the
    readers of this table, who have the last reading of one day and the first of the next in it: a day then never waits
    for another one. -#}
with copies as (

    select * from {{ ref('stg_iot_readings__copies') }}
    where
        {{ is_touched_reading(ref('stg_iot_readings__touched_span'), ref('stg_iot_readings__touched_days')) }}

),

points as (

    select * from {{ ref('int_climate__points') }}

),

sensors as (

    select * from {{ ref('stg_sensors__sensors') }}

),

numbered_points as (

    select
        points.*,
        sensors.sensor_number
    from points
    inner join sensors on points.sensor_id = sensors.sensor_id

),

parameters as (

    select * from {{ ref('int_climate__parameters') }}

),

-- A reading without a temperature says nothing about the climate; without a humidity the temperature decides.
judged as (

    select
        copies.sensor_number,
        copies.measured_on,
        {{ epoch_microseconds('copies.measured_at') }} as measured_microseconds,
        copies.arrival_number,
        copies.source_position,
        copies.temperature_celsius,
        copies.humidity_percent,
        copies.temperature_celsius between
        numbered_points.temperature_minimum_celsius and numbered_points.temperature_maximum_celsius
        and coalesce(
            copies.humidity_percent between
            numbered_points.humidity_minimum_percent and numbered_points.humidity_maximum_percent,
            true
        ) as is_in_range,
        numbered_points.in_range_interval_microseconds,
        numbered_points.breach_interval_microseconds
    from copies
    inner join numbered_points
        on
            copies.sensor_number = numbered_points.sensor_number
            and copies.measured_on >= numbered_points.valid_from
            and (copies.measured_on < numbered_points.valid_before or numbered_points.valid_before is null)
    where
        copies.sensor_kind = 'climate'
        and copies.temperature_celsius is not null
        and copies.unknown_reference is null

),

-- Whatever goes through the window is held in memory for every reading of the day: one interval, not two.
timed as (

    select
        sensor_number,
        measured_on,
        measured_microseconds,
        arrival_number,
        source_position,
        temperature_celsius,
        humidity_percent,
        is_in_range,
        case
            when is_in_range then in_range_interval_microseconds
            else breach_interval_microseconds
        end as interval_microseconds
    from judged

),

-- Of equal times the copy that arrived first stands last, right before the next time: it alone is followed by another
-- time, and so the same sort that finds the stretch drops the repeats.
followed as (

    select
        *,
        lead(measured_microseconds) over (
            partition by sensor_number, measured_on
            order by measured_microseconds asc nulls last, arrival_number desc, source_position desc
        ) as next_microseconds
    from timed

),

readings as (

    select
        followed.*,
        followed.next_microseconds - followed.measured_microseconds as stretch_microseconds,
        {{ kinetic_term('followed.temperature_celsius', 'parameters.activation_kelvin') }} as kinetic_term,
        parameters.mkt_longest_stretch_microseconds
    from followed
    cross join parameters
    where followed.next_microseconds is distinct from followed.measured_microseconds

),

days as (

    select
        sensor_number,
        measured_on,
        count(*) as reading_count,
        count(*) filter (where not is_in_range) as breach_reading_count,
        min(measured_microseconds) as first_microseconds,
        max(measured_microseconds) as last_microseconds,
        min(is_in_range) filter (where next_microseconds is null) as is_last_in_range,
        min(interval_microseconds) filter (where next_microseconds is null) as last_interval_microseconds,
        sum(stretch_microseconds) filter (
            where is_in_range and stretch_microseconds <= interval_microseconds
        ) as in_range_microseconds,
        sum(stretch_microseconds) filter (
            where not is_in_range and stretch_microseconds <= interval_microseconds
        ) as breach_microseconds,
        -- Sums of decimals are the same in any order; a tenth of a thousandth of a degree is far below any sensor.
        sum(cast(temperature_celsius as decimal(12, 4))) as temperature_sum,
        min(temperature_celsius) as temperature_min_celsius,
        max(temperature_celsius) as temperature_max_celsius,
        min(temperature_celsius) filter (where next_microseconds is null) as last_temperature_celsius,
        sum(stretch_microseconds) filter (where stretch_microseconds <= mkt_longest_stretch_microseconds)
            as kinetic_microseconds,
        sum(cast(kinetic_term * {{ microseconds_as_minutes('stretch_microseconds') }} as decimal(18, 9))) filter (
            where stretch_microseconds <= mkt_longest_stretch_microseconds
        ) as kinetic_sum,
        count(humidity_percent) as humidity_count,
        sum(cast(humidity_percent as decimal(12, 4))) as humidity_sum,
        min(humidity_percent) as humidity_min_percent,
        max(humidity_percent) as humidity_max_percent
    from readings
    group by sensor_number, measured_on

),

final as (

    select
        sensors.sensor_id,
        days.reading_count,
        days.breach_reading_count,
        days.first_microseconds,
        days.last_microseconds,
        days.is_last_in_range,
        days.last_interval_microseconds,
        cast(coalesce(days.in_range_microseconds, 0) as bigint) as in_range_microseconds,
        cast(coalesce(days.breach_microseconds, 0) as bigint) as breach_microseconds,
        {{ safe_ratio('days.temperature_sum', 'days.reading_count') }} as temperature_mean_celsius,
        days.temperature_min_celsius,
        days.temperature_max_celsius,
        days.last_temperature_celsius,
        -- For the mean kinetic temperature a reading holds until the next one, within and out of range alike.
        cast(coalesce(days.kinetic_microseconds, 0) as bigint) as kinetic_microseconds,
        cast(coalesce(days.kinetic_sum, 0) as double) as kinetic_minutes,
        {{ safe_ratio('days.humidity_sum', 'days.humidity_count') }} as humidity_mean_percent,
        days.humidity_min_percent,
        days.humidity_max_percent,
        days.measured_on
    from days
    inner join sensors on days.sensor_number = sensors.sensor_number

)

select * from final
