{{ config(materialized='table') }}

with member_copies as (

    select * from {{ source('lake', 'members') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

received as (

    select
        member_copies.*,
        case
            when locations.location_id is null and member_copies.home_store_id is not null then 'unknown_store'
        end as unknown_reference
    from member_copies
    left join locations on member_copies.home_store_id = locations.location_id

),

judged as (

    {{ judged_records('received', ['member_token']) }}

)

select * from judged
