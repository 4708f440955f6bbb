{{ config(materialized='table') }}

with sensors as (

    select * from {{ ref('stg_sensors__sensors') }}
    where sensor_kind = 'climate'

),

final as (

    select
        sensor_id,
        location_id,
        room,
        storage_class
    from sensors

)

select * from final
