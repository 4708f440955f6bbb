{{ config(materialized='table') }}

with event_copies as (

    select * from {{ source('lake', 'community_events') }}

),

communities as (

    select * from {{ ref('stg_communities__communities') }}

),

received as (

    select
        event_copies.*,
        case when communities.community_id is null then 'unknown_community' end as unknown_reference
    from event_copies
    left join communities on event_copies.community_id = communities.community_id

),

judged as (

    {{ judged_records('received', ['community_event_id']) }}

)

select * from judged
