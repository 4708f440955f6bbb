{{ config(materialized='table') }}

with event_copies as (

    select * from {{ source('lake', 'community_activity') }}

),

community_copies as (

    select * from {{ source('lake', 'communities') }}

),

store_copies as (

    select * from {{ source('lake', 'stores') }}

),

new_locations as (

    select location_id
    from store_copies
    group by location_id
    having count(*) filter (where not {{ arrived_in_run() }}) = 0

),

-- An event that pointed at nothing known comes in when its community arrives, or the store of that community.
new_communities as (

    select community_id
    from community_copies
    group by community_id
    having
        count(*) filter (where not {{ arrived_in_run() }}) = 0
        or count(*) filter (where store_id in (select location_id from new_locations)) > 0

),

-- A community that went to another store takes its days along.
moved_communities as (

    select community_id
    from community_copies
    group by community_id
    having
        count(distinct store_id) > 1
        and count(*) filter (where {{ arrived_in_run() }}) > 0

),

touched_events as (

    select event_id
    from event_copies
    where {{ arrived_in_run() }}
    union
    select event_id
    from event_copies
    where community_id in (select community_id from new_communities)
    union
    select event_id
    from event_copies
    where community_id in (select community_id from moved_communities)

),

-- All versions count: a record that moves from one day to another touches both.
final as (

    select distinct {{ local_date(utc_timestamp('occurred_at')) }} as touched_day
    from event_copies
    where event_id in (select event_id from touched_events)

)

select * from final
