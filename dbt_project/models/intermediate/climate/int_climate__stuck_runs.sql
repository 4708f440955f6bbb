{#- A whole day of one and the same value: no room is as still as that. -#}
with sensors as (

    select * from {{ ref('int_climate__sensors') }}

),

sensor_days as (

    select * from {{ ref('int_climate__sensor_days') }}

),

parameters as (

    select * from {{ ref('int_climate__parameters') }}

),

still_days as (

    select
        sensor_days.sensor_id,
        sensors.location_id,
        sensors.room,
        sensors.storage_class,
        sensor_days.measured_on
    from sensor_days
    inner join sensors on sensor_days.sensor_id = sensors.sensor_id
    cross join parameters
    where
        sensor_days.temperature_min_celsius = sensor_days.temperature_max_celsius
        and coalesce(sensor_days.humidity_min_percent = sensor_days.humidity_max_percent, true)
        and sensor_days.reading_count >= parameters.stuck_least_readings
        and sensor_days.last_microseconds - sensor_days.first_microseconds >= parameters.stuck_least_microseconds

),

numbered as (

    {{ day_runs('still_days', ['sensor_id'], 'measured_on') }}

),

final as (

    select
        sensor_id,
        location_id,
        room,
        storage_class,
        run_number,
        min(measured_on) as first_found_on,
        max(measured_on) as last_found_on,
        count(*) as day_count
    from numbered
    group by sensor_id, location_id, room, storage_class, run_number

)

select * from final
