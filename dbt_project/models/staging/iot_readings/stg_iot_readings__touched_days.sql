{{ config(materialized='table') }}

with reading_copies as (

    select * from {{ source('lake', 'iot_readings') }}

),

store_copies as (

    select * from {{ source('lake', 'stores') }}

),

sensors_described_anew as (

    select * from {{ ref('stg_sensors__changed_sensors') }}
    where is_described_anew

),

new_locations as (

    {{ newly_known('store_copies', 'location_id') }}

),

-- What a reading means hangs on the register: a sensor described anew brings its days along.
touched_quarter_hours as (

    select distinct {{ quarter_hour('measured_at') }} as quarter_hour
    from reading_copies
    where {{ arrived_in_run() }}
    union
    select distinct {{ quarter_hour('measured_at') }} as quarter_hour
    from reading_copies
    where sensor_id in (select sensor_id from sensors_described_anew)
    union
    select distinct {{ quarter_hour('measured_at') }} as quarter_hour
    from reading_copies
    where location_id in (select location_id from new_locations)

),

final as (

    select distinct {{ local_date(from_epoch_microseconds('quarter_hour * 900000000')) }} as touched_day
    from touched_quarter_hours

)

select * from final
