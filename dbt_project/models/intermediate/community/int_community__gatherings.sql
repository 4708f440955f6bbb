with events as (

    select * from {{ ref('stg_community_events__events') }}

),

communities as (

    select * from {{ ref('stg_communities__communities') }}

),

parameters as (

    select * from {{ ref('int_community__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

dated as (

    select
        events.community_event_id,
        events.community_id,
        communities.store_id,
        events.event_kind,
        events.event_topic,
        coalesce(events.pharmacist_id, communities.pharmacist_id) as pharmacist_id,
        events.event_status,
        events.starts_at,
        events.ends_at,
        {{ local_date('events.starts_at') }} as event_date
    from events
    inner join communities on events.community_id = communities.community_id

),

final as (

    select
        dated.*,
        {{ add_days('dated.event_date', 'parameters.event_follow_up_days') }} as followed_until_date,
        {{ add_days('dated.event_date', 'parameters.event_follow_up_days') }} <= as_of.as_of_date as is_followed_up
    from dated
    cross join parameters
    cross join as_of

)

select * from final
