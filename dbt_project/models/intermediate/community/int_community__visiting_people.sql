{#- Who is in a community already cannot be won by a visit. As with consultations, a month holds the visits whose days
    of waiting end in it. -#}
with person_orders as (

    select * from {{ ref('int_community__person_orders') }}
    where is_store_visit

),

memberships as (

    select * from {{ ref('int_community__memberships') }}
    where person_token is not null

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

visits as (

    select
        person_orders.order_id,
        person_orders.person_token,
        person_orders.placed_at,
        {{ add_days('person_orders.placed_on', 'parameters.closed_loop_days') }} as followed_until_date
    from person_orders
    cross join parameters

),

standings as (

    select
        visits.order_id,
        max(
            case
                when {{ is_in_force('visits.placed_at', 'memberships.joined_at', 'memberships.left_at') }} then 1
                else 0
            end
        ) as is_member,
        max(
            case
                when
                    memberships.joined_at > visits.placed_at
                    and memberships.joined_on <= visits.followed_until_date
                    then 1
                else 0
            end
        ) as has_joined
    from visits
    inner join memberships on visits.person_token = memberships.person_token
    group by visits.order_id

),

final as (

    select
        closed_months.month_end_date as business_date,
        demographics.home_store_id as store_id,
        visits.person_token,
        max(coalesce(standings.has_joined, 0)) = 1 as is_counted
    from visits
    inner join closed_months
        on visits.followed_until_date between closed_months.month_start_date and closed_months.month_end_date
    left join standings on visits.order_id = standings.order_id
    left join demographics on visits.person_token = demographics.person_token
    where coalesce(standings.is_member, 0) = 0
    group by closed_months.month_end_date, demographics.home_store_id, visits.person_token

)

select * from final
