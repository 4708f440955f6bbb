{#- What events of a kind bring: the difference between those who came and those of the same community who did not,
    event by event, weighted as by N. Mantel and W. Haenszel (1959) for risk differences: an event weighs
    n1 n0 / (n1 + n0). The variance adds up what each person contributes over all events before it is squared, since the
    same people come again and again: K.-Y. Liang and S. L. Zeger, Longitudinal data analysis using generalized linear
    models, Biometrika 73 (1986), 13-22. -#}
with event_members as (

    select * from {{ ref('int_community__event_members') }}

),

event_outcomes as (

    select * from {{ ref('int_community__event_outcomes') }}
    where
        is_followed_up
        and attendee_count > 0
        and absentee_count > 0

),

-- What one person of either side adds to the sum of differences: the event's weight over the people of that side.
weighed as (

    select
        *,
        {{ safe_ratio('absentee_count', 'attendee_count + absentee_count') }} as attendee_weight,
        {{ safe_ratio('attendee_count', 'attendee_count + absentee_count') }} as absentee_weight,
        {% for outcome in ['visitor', 'customer'] %}
        {{ safe_ratio('attendee_' ~ outcome ~ '_count', 'attendee_count') }} as attendee_{{ outcome }}_rate,
        {{ safe_ratio('absentee_' ~ outcome ~ '_count', 'absentee_count') }} as absentee_{{ outcome }}_rate,
        {% endfor %}
        {{ safe_ratio('attendee_count * absentee_count', 'attendee_count + absentee_count') }} as event_weight
    from event_outcomes

),

kinds as (

    select
        event_kind,
        {% for outcome in ['visitor', 'customer'] %}
        sum(attendee_{{ outcome }}_count) as attendee_{{ outcome }}_count,
        sum(absentee_{{ outcome }}_count) as absentee_{{ outcome }}_count,
        {{ exact_sum(
            'event_weight * (attendee_' ~ outcome ~ '_rate - absentee_' ~ outcome ~ '_rate)'
        ) }} as {{ outcome }}_excess,
        {% endfor %}
        count(*) as event_count,
        sum(attendee_count) as attendance_count,
        sum(absentee_count) as absence_count,
        {{ exact_sum('event_weight') }} as total_weight
    from weighed
    group by event_kind

),

acts as (

    select
        weighed.*,
        event_members.person_token,
        event_members.is_attendee,
        case when event_members.has_visited then 1 else 0 end as visitor_act,
        case when event_members.has_ordered then 1 else 0 end as customer_act
    from weighed
    inner join event_members on weighed.community_event_id = event_members.community_event_id

),

contributions as (

    select
        {% for outcome in ['visitor', 'customer'] %}
        {{ exact_sum(
            'case when is_attendee then attendee_weight * (' ~ outcome ~ '_act - attendee_' ~ outcome ~ '_rate)'
            ~ ' else absentee_weight * (absentee_' ~ outcome ~ '_rate - ' ~ outcome ~ '_act) end'
        ) }} as {{ outcome }}_contribution,
        {% endfor %}
        event_kind,
        person_token
    from acts
    group by event_kind, person_token

),

squares as (

    select
        event_kind,
        {{ exact_sum('visitor_contribution * visitor_contribution') }} as visitor_squares,
        {{ exact_sum('customer_contribution * customer_contribution') }} as customer_squares
    from contributions
    group by event_kind

),

final as (

    select
        kinds.event_kind,
        kinds.event_count,
        kinds.attendance_count,
        kinds.absence_count,
        kinds.attendee_visitor_count,
        kinds.absentee_visitor_count,
        kinds.attendee_customer_count,
        kinds.absentee_customer_count,
        {{ safe_ratio('kinds.visitor_excess', 'kinds.total_weight') }} as visit_rate_difference,
        {{ safe_ratio(square_root('squares.visitor_squares'), 'kinds.total_weight') }} as visit_rate_standard_error,
        {{ safe_ratio('kinds.customer_excess', 'kinds.total_weight') }} as order_rate_difference,
        {{ safe_ratio(square_root('squares.customer_squares'), 'kinds.total_weight') }} as order_rate_standard_error
    from kinds
    inner join squares on kinds.event_kind = squares.event_kind

)

select * from final
