{{ config(materialized='table') }}

with community_copies as (

    select * from {{ source('lake', 'communities') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

received as (

    select
        community_copies.*,
        case when locations.location_id is null then 'unknown_store' end as unknown_reference
    from community_copies
    left join locations on community_copies.store_id = locations.location_id

),

judged as (

    {{ judged_records('received', ['community_id']) }}

)

select * from judged
