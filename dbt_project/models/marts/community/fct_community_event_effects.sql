{#- Where a single event of the kind holds its attendance back, the sum over all would give it away. The differences,
    each weighted over many events, tell no count. -#}
with event_effects as (

    select * from {{ ref('int_community__event_effects') }}

),

events as (

    select * from {{ ref('fct_community_events') }}
    where event_status = 'held'

),

parameters as (

    select * from {{ ref('int_community__parameters') }}

),

held_back as (

    select
        event_kind,
        count(*) filter (where attendee_count is null) as held_back_count
    from events
    group by event_kind

),

judged as (

    select
        event_effects.*,
        parameters.normal_score,
        held_back.held_back_count,
        {% for count in [
            'attendee_visitor_count', 'attendance_count - attendee_visitor_count',
            'absentee_visitor_count', 'absence_count - absentee_visitor_count'
        ] %}
        {{ count }} between 1 and parameters.smallest_shown_count - 1{{ ' or' if not loop.last }}
        {% endfor %} as is_suppressed
    from event_effects
    inner join held_back on event_effects.event_kind = held_back.event_kind
    cross join parameters

),

weighed as (

    select
        *,
        not is_suppressed and held_back_count <> 1 as is_attendance_shown
    from judged

),

final as (

    select
        cast(event_kind as string) as event_kind,
        cast(event_count as bigint) as followed_event_count,
        cast(case when is_attendance_shown then attendance_count end as bigint) as attendance_count,
        cast(case when is_attendance_shown then absence_count end as bigint) as absence_count,
        {% for rate in ['visit_rate', 'order_rate'] %}
        cast(case when not is_suppressed then {{ rate }}_difference end as double) as {{ rate }}_difference,
        cast(
            case when not is_suppressed then {{ rate }}_difference - normal_score * {{ rate }}_standard_error end
            as double
        ) as {{ rate }}_difference_lower,
        cast(
            case when not is_suppressed then {{ rate }}_difference + normal_score * {{ rate }}_standard_error end
            as double
        ) as {{ rate }}_difference_upper,
        {% endfor %}
        cast(is_suppressed as boolean) as is_suppressed
    from weighed

)

select * from final
