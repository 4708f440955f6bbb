{{ config(**incremental_by_day('measured_on', 'stg_iot_readings__touched_days')) }}

{#- Reads the readings once more, but only of the few sensors and days that the first pass found out of range. -#}
with breach_days as (

    select
        sensor_id,
        measured_on,
        first_microseconds
    from {{ ref('int_climate__sensor_days') }}
    where breach_reading_count > 0

),

copies as (

    select * from {{ ref('stg_iot_readings__copies') }}
    where
        {{ is_touched_reading(ref('stg_iot_readings__touched_span'), ref('stg_iot_readings__touched_days')) }}

),

points as (

    select * from {{ ref('int_climate__points') }}

),

candidates as (

    select
        copies.sensor_id,
        copies.measured_on,
        breach_days.first_microseconds,
        {{ epoch_microseconds('copies.measured_at') }} as measured_microseconds,
        copies.temperature_celsius,
        copies.humidity_percent,
        copies.temperature_celsius not between
        points.temperature_minimum_celsius and points.temperature_maximum_celsius as is_temperature_breach,
        coalesce(
            copies.humidity_percent not between points.humidity_minimum_percent and points.humidity_maximum_percent,
            false
        ) as is_humidity_breach,
        -- Ranked from the middle of the range: beyond the limits that is the order of the distance to the limit.
        abs(
            copies.temperature_celsius
            - (points.temperature_minimum_celsius + points.temperature_maximum_celsius) * cast(0.5 as double)
        ) as temperature_deviation,
        abs(
            copies.humidity_percent
            - (points.humidity_minimum_percent + points.humidity_maximum_percent) * cast(0.5 as double)
        ) as humidity_deviation,
        points.breach_interval_microseconds,
        row_number() over (
            partition by copies.sensor_id, copies.measured_at
            order by copies.arrival_number nulls last, copies.source_position nulls last
        ) as copy_number
    from copies
    inner join breach_days
        on
            copies.sensor_id = breach_days.sensor_id
            and copies.measured_on = breach_days.measured_on
    inner join points
        on
            copies.sensor_id = points.sensor_id
            and copies.measured_on >= points.valid_from
            and (copies.measured_on < points.valid_before or points.valid_before is null)
    where
        copies.sensor_kind = 'climate'
        and copies.temperature_celsius is not null
        and copies.unknown_reference is null

),

sequenced as (

    select
        *,
        is_temperature_breach or is_humidity_breach as is_breach,
        lag(is_temperature_breach or is_humidity_breach) over (
            partition by sensor_id, measured_on
            order by measured_microseconds nulls last
        ) as was_breach,
        lead(measured_microseconds) over (
            partition by sensor_id, measured_on
            order by measured_microseconds nulls last
        ) as next_microseconds,
        lead(is_temperature_breach or is_humidity_breach) over (
            partition by sensor_id, measured_on
            order by measured_microseconds nulls last
        ) as is_next_breach
    from candidates
    where copy_number = 1

),

breach_readings as (

    select
        *,
        next_microseconds - measured_microseconds as stretch_microseconds,
        sum(case when coalesce(was_breach, false) then 0 else 1 end) over (
            partition by sensor_id, measured_on
            order by measured_microseconds nulls last
            rows between unbounded preceding and current row
        ) as run_number
    from sequenced
    where is_breach

),

ranked as (

    select
        *,
        row_number() over (
            partition by sensor_id, measured_on, run_number
            order by temperature_deviation desc, measured_microseconds asc nulls last
        ) as temperature_rank,
        row_number() over (
            partition by sensor_id, measured_on, run_number
            order by humidity_deviation desc nulls last, measured_microseconds asc nulls last
        ) as humidity_rank
    from breach_readings

),

final as (

    select
        sensor_id,
        cast(run_number as integer) as run_number,
        min(measured_microseconds) as started_microseconds,
        max(measured_microseconds) as last_microseconds,
        max(next_microseconds) filter (where not is_next_breach) as ended_microseconds,
        min(measured_microseconds) = min(first_microseconds) as is_first_of_day,
        max(is_temperature_breach) as has_temperature_breach,
        max(is_humidity_breach) as has_humidity_breach,
        max(temperature_celsius) filter (where temperature_rank = 1) as peak_temperature_celsius,
        max(temperature_deviation) as peak_temperature_deviation,
        max(humidity_percent) filter (where humidity_rank = 1) as peak_humidity_percent,
        max(humidity_deviation) as peak_humidity_deviation,
        max(breach_interval_microseconds) as breach_interval_microseconds,
        cast(coalesce(sum(
            case when stretch_microseconds <= breach_interval_microseconds then stretch_microseconds end
        ), 0) as bigint) as breach_microseconds,
        cast(coalesce(sum(
            case when stretch_microseconds > breach_interval_microseconds then stretch_microseconds end
        ), 0) as bigint) as unknown_microseconds,
        measured_on
    from ranked
    group by sensor_id, measured_on, run_number

)

select * from final
