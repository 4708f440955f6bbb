{#- A month holds the consultations whose days of waiting end in it, so that it is complete when it ends. -#}
with events as (

    select * from {{ ref('int_community__events') }}

),

gatherings as (

    select * from {{ ref('int_community__gatherings') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}
    where person_token is not null

),

person_orders as (

    select * from {{ ref('int_community__person_orders') }}
    where is_store_visit

),

demographics as (

    select * from {{ ref('int_people__demographics') }}

),

closed_months as (

    select * from {{ ref('int_people__closed_months') }}

),

parameters as (

    select * from {{ ref('int_community__parameters') }}

),

consultations as (

    select
        events.event_id,
        person_identifiers.person_token,
        events.occurred_at,
        {{ add_days('events.occurred_on', 'parameters.closed_loop_days') }} as followed_until_date
    from events
    inner join person_identifiers on events.external_user_token = person_identifiers.identifier_token
    cross join parameters
    where events.activity_kind = 'consultation'

),

-- A free test is had at the store.
visits as (

    select
        person_token,
        placed_at as visited_at,
        placed_on as visited_on
    from person_orders
    union all
    select
        person_identifiers.person_token,
        events.occurred_at as visited_at,
        events.occurred_on as visited_on
    from events
    inner join gatherings on events.reference_id = gatherings.community_event_id
    inner join person_identifiers on events.external_user_token = person_identifiers.identifier_token
    where events.activity_kind = 'free_test'

),

followed as (

    select distinct consultations.event_id
    from consultations
    inner join visits
        on
            consultations.person_token = visits.person_token
            and consultations.occurred_at < visits.visited_at
            and consultations.followed_until_date >= visits.visited_on

),

final as (

    select
        closed_months.month_end_date as business_date,
        demographics.home_store_id as store_id,
        consultations.person_token,
        max(case when followed.event_id is not null then 1 else 0 end) = 1 as is_counted
    from consultations
    inner join closed_months
        on consultations.followed_until_date between closed_months.month_start_date and closed_months.month_end_date
    left join followed on consultations.event_id = followed.event_id
    left join demographics on consultations.person_token = demographics.person_token
    group by closed_months.month_end_date, demographics.home_store_id, consultations.person_token

)

select * from final
