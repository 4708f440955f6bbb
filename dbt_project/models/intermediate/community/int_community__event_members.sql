{{ config(materialized='table') }}

{#- Who came is set beside who could have come: members when the event began. -#}
with gatherings as (

    select * from {{ ref('int_community__gatherings') }}
    where event_status = 'held'

),

memberships as (

    select * from {{ ref('int_community__memberships') }}

),

events as (

    select * from {{ ref('int_community__events') }}

),

person_orders as (

    select * from {{ ref('int_community__person_orders') }}

),

invited as (

    select distinct
        gatherings.community_event_id,
        memberships.external_user_token,
        memberships.person_token
    from gatherings
    inner join memberships
        on
            gatherings.community_id = memberships.community_id
            and {{ is_in_force('gatherings.starts_at', 'memberships.joined_at', 'memberships.left_at') }}

),

came as (

    select distinct
        gatherings.community_event_id,
        events.external_user_token
    from gatherings
    inner join events
        on
            gatherings.community_event_id = events.reference_id
            and gatherings.community_id = events.community_id

),

followed as (

    select
        invited.community_event_id,
        invited.person_token,
        max(case when person_orders.is_store_visit then 1 else 0 end) as has_visited
    from invited
    inner join gatherings on invited.community_event_id = gatherings.community_event_id
    inner join person_orders
        on
            invited.person_token = person_orders.person_token
            and gatherings.starts_at <= person_orders.placed_at
            and gatherings.followed_until_date >= person_orders.placed_on
    group by invited.community_event_id, invited.person_token

),

-- A person with two accounts in one community came if either did.
final as (

    select
        invited.community_event_id,
        coalesce(invited.person_token, invited.external_user_token) as person_token,
        max(case when came.external_user_token is not null then 1 else 0 end) = 1 as is_attendee,
        coalesce(max(followed.has_visited), 0) = 1 as has_visited,
        max(case when followed.person_token is not null then 1 else 0 end) = 1 as has_ordered
    from invited
    left join came
        on
            invited.community_event_id = came.community_event_id
            and invited.external_user_token = came.external_user_token
    left join followed
        on
            invited.community_event_id = followed.community_event_id
            and invited.person_token = followed.person_token
    group by invited.community_event_id, coalesce(invited.person_token, invited.external_user_token)

)

select * from final
