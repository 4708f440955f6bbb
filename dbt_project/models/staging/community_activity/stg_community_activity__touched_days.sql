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

    {{ newly_known('store_copies', 'location_id') }}

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

final as (

    {{ days_of_touched_records(
        'event_copies', 'event_id', local_date(utc_timestamp('occurred_at')),
        [
            'community_id in (select community_id from new_communities)',
            'community_id in (select community_id from moved_communities)',
        ]
    ) }}

)

select * from final
