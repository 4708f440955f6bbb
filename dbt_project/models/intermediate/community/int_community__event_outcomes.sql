{{ config(materialized='table') }}

{#- Nothing is held back here. -#}
with gatherings as (

    select * from {{ ref('int_community__gatherings') }}

),

event_members as (

    select * from {{ ref('int_community__event_members') }}

),

counted as (

    select
        community_event_id,
        count(*) filter (where is_attendee) as attendee_count,
        count(*) filter (where not is_attendee) as absentee_count,
        count(*) filter (where is_attendee and has_visited) as attendee_visitor_count,
        count(*) filter (where not is_attendee and has_visited) as absentee_visitor_count,
        count(*) filter (where is_attendee and has_ordered) as attendee_customer_count,
        count(*) filter (where not is_attendee and has_ordered) as absentee_customer_count
    from event_members
    group by community_event_id

),

-- What followed is counted once it all has.
final as (

    select
        gatherings.*,
        {% for count in ['attendee_count', 'absentee_count'] %}
        case when gatherings.event_status = 'held' then coalesce(counted.{{ count }}, 0) end as {{ count }},
        {% endfor %}
        case when gatherings.is_followed_up then counted.attendee_visitor_count end as attendee_visitor_count,
        case when gatherings.is_followed_up then counted.absentee_visitor_count end as absentee_visitor_count,
        case when gatherings.is_followed_up then counted.attendee_customer_count end as attendee_customer_count,
        case when gatherings.is_followed_up then counted.absentee_customer_count end as absentee_customer_count
    from gatherings
    left join counted on gatherings.community_event_id = counted.community_event_id

)

select * from final
