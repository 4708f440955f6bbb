with events as (

    select * from {{ ref('stg_community_activity__events') }}

),

communities as (

    select * from {{ ref('stg_communities__communities') }}

),

activities as (

    select * from {{ ref('qualifying_activities') }}

),

-- A kind that the seed does not know (yet) does not qualify.
final as (

    select
        events.event_id,
        events.community_id,
        communities.store_id,
        events.external_user_token,
        events.activity_kind,
        events.pharmacist_id,
        events.reference_id,
        coalesce(activities.is_qualifying, false) as is_qualifying,
        events.occurred_at,
        events.occurred_on
    from events
    inner join communities on events.community_id = communities.community_id
    left join activities on events.activity_kind = activities.activity_kind

)

select * from final
