{{ config(materialized='table') }}

with sensor_copies as (

    select * from {{ source('lake', 'sensors') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

received as (

    select
        sensor_copies.*,
        case when locations.location_id is null then 'unknown_location' end as unknown_reference
    from sensor_copies
    left join locations on sensor_copies.location_id = locations.location_id

),

judged as (

    {{ judged_records('received', ['sensor_id']) }}

)

select * from judged
