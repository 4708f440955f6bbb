with reading_copies as (

    select * from {{ source('lake', 'iot_readings') }}

),

files as (

    select * from {{ ref('stg_iot_readings__files') }}

),

quarter_hours as (

    select * from {{ ref('stg_iot_readings__quarter_hours') }}

),

sensors as (

    select * from {{ ref('stg_sensors__sensors') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

-- A sensor in a delivery box is not in the register of rooms; it is known by its box.
final as (

    select
        reading_copies.sensor_id,
        sensors.sensor_number,
        reading_copies.measured_at,
        reading_copies.location_id,
        reading_copies.delivery_box_id,
        reading_copies.kind as sensor_kind,
        reading_copies.temperature_celsius,
        reading_copies.humidity_percent,
        reading_copies.shelf_count,
        reading_copies.shelf_weight_grams,
        reading_copies.battery_percent,
        reading_copies.source_file,
        reading_copies.file_id,
        reading_copies.arrived_on,
        files.arrival_number,
        reading_copies.source_position,
        case
            when reading_copies.location_id is not null and locations.location_id is null then 'unknown_location'
            when reading_copies.location_id is not null and sensors.sensor_number is null then 'unknown_sensor'
        end as unknown_reference,
        quarter_hours.measured_on
    from reading_copies
    inner join files on reading_copies.source_file = files.source_file
    inner join quarter_hours on {{ quarter_hour('reading_copies.measured_at') }} = quarter_hours.quarter_hour
    left join sensors on reading_copies.sensor_id = sensors.sensor_id
    left join locations on reading_copies.location_id = locations.location_id

)

select * from final
