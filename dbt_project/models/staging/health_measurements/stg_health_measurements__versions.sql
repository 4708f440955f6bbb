{{ config(materialized='table') }}

with measurement_copies as (

    select * from {{ source('lake', 'health_measurements') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

received as (

    select
        measurement_copies.*,
        case
            when locations.location_id is null and measurement_copies.store_id is not null then 'unknown_store'
        end as unknown_reference
    from measurement_copies
    left join locations on measurement_copies.store_id = locations.location_id

),

judged as (

    {{ judged_records('received', ['measurement_id']) }}

)

select * from judged
