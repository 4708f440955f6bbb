with event_outcomes as (

    select * from {{ ref('int_community__event_outcomes') }}

),

parameters as (

    select * from {{ ref('int_community__parameters') }}

),

judged as (

    select
        event_outcomes.*,
        attendee_count between 1 and parameters.smallest_shown_count - 1
        or absentee_count between 1 and parameters.smallest_shown_count - 1
            as is_small_in_attendance,
        attendee_visitor_count between 1 and parameters.smallest_shown_count - 1
        or attendee_count - attendee_visitor_count between 1 and parameters.smallest_shown_count - 1
        or absentee_visitor_count between 1 and parameters.smallest_shown_count - 1
        or absentee_count - absentee_visitor_count between 1 and parameters.smallest_shown_count - 1
            as is_small_in_visits,
        attendee_count - attendee_customer_count between 1 and parameters.smallest_shown_count - 1
        or attendee_customer_count - attendee_visitor_count between 1 and parameters.smallest_shown_count - 1
        or absentee_count - absentee_customer_count between 1 and parameters.smallest_shown_count - 1
        or absentee_customer_count - absentee_visitor_count between 1 and parameters.smallest_shown_count - 1
            as is_small_in_orders,
        parameters.normal_score
    from event_outcomes
    cross join parameters

),

reasoned as (

    select
        *,
        case
            when event_status <> 'held' then 'not_held'
            when is_small_in_attendance then 'small_group'
            when not is_followed_up then 'follow_up_open'
            when attendee_count = 0 or absentee_count = 0 then 'nobody_to_compare'
            when is_small_in_visits then 'small_group'
        end as not_shown_reason
    from judged

),

rates as (

    select
        {% for side in ['attendee', 'absentee'] %}
        {% for rate, count in [('visit_rate', side ~ '_visitor_count'), ('order_rate', side ~ '_customer_count')] %}
        {{ safe_ratio(count, side ~ '_count') }} as {{ side }}_{{ rate }},
        {{ wilson_bound(count, side ~ '_count', 'normal_score', 'lower') }} as {{ side }}_{{ rate }}_lower,
        {{ wilson_bound(count, side ~ '_count', 'normal_score', 'upper') }} as {{ side }}_{{ rate }}_upper,
        {% endfor %}
        {% endfor %}
        *
    from reasoned

),

final as (

    select
        cast(community_event_id as string) as community_event_id,
        cast(community_id as string) as community_id,
        cast(store_id as string) as store_id,
        cast(pharmacist_id as string) as pharmacist_id,
        cast(event_kind as string) as event_kind,
        cast(event_topic as string) as event_topic,
        cast(event_status as string) as event_status,
        cast(starts_at as timestamp) as starts_at,
        cast(ends_at as timestamp) as ends_at,
        cast(event_date as date) as event_date,
        cast(followed_until_date as date) as followed_until_date,
        cast(case when not is_small_in_attendance then attendee_count end as bigint) as attendee_count,
        cast(case when not is_small_in_attendance then absentee_count end as bigint) as absentee_count,
        {% for rate, is_shown in [
            ('visit_rate', 'not_shown_reason is null'),
            ('order_rate', 'not_shown_reason is null and not is_small_in_orders')
        ] %}
        cast(case when {{ is_shown }} then attendee_{{ rate }} end as double) as attendee_{{ rate }},
        cast(case when {{ is_shown }} then absentee_{{ rate }} end as double) as absentee_{{ rate }},
        cast(case when {{ is_shown }} then attendee_{{ rate }} - absentee_{{ rate }} end as double)
            as {{ rate }}_difference,
        {% for side in ['lower', 'upper'] %}
        cast(
            case when {{ is_shown }} then {{ newcombe_bound('attendee_' ~ rate, 'absentee_' ~ rate, side) }} end
            as double
        ) as {{ rate }}_difference_{{ side }},
        {% endfor %}
        {% endfor %}
        cast(not_shown_reason as string) as not_shown_reason
    from rates

)

select * from final
