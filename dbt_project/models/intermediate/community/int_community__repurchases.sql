{#- Whether customers came again: members of a pharmacist's communities, and customers of the same stores who were in no
    community. Of each the last order counts whose days of waiting end in the month. -#}
with months as (

    select * from {{ ref('int_community__scorecard_months') }}

),

person_orders as (

    select * from {{ ref('int_community__person_orders') }}

),

memberships as (

    select * from {{ ref('int_community__memberships') }}
    where person_token is not null

),

communities as (

    select * from {{ ref('stg_communities__communities') }}
    where pharmacist_id is not null

),

parameters as (

    select * from {{ ref('int_community__parameters') }}

),

order_days as (

    select
        *,
        lead(placed_on) over (partition by person_token order by placed_on nulls last) as next_order_date
    from (
        select
            person_token,
            placed_on,
            max(order_id) as order_id,
            max(placed_at) as placed_at
        from person_orders
        group by person_token, placed_on
    ) as days

),

waited as (

    select
        order_days.*,
        months.month_end_date,
        coalesce(
            order_days.next_order_date <= {{ add_days('order_days.placed_on', 'parameters.repurchase_days') }}, false
        ) as has_come_again,
        row_number() over (
            partition by order_days.person_token, months.month_end_date order by order_days.placed_on desc nulls last
        ) as recency
    from order_days
    cross join parameters
    inner join months
        on
            {{ add_days('order_days.placed_on', 'parameters.repurchase_days') }}
            between months.month_start_date and months.month_end_date

),

customers as (

    select
        waited.month_end_date,
        waited.person_token,
        waited.placed_at,
        waited.has_come_again,
        person_orders.store_id
    from waited
    inner join person_orders on waited.order_id = person_orders.order_id
    where waited.recency = 1

),

standings as (

    select distinct
        customers.month_end_date,
        customers.person_token,
        customers.has_come_again,
        communities.pharmacist_id
    from customers
    inner join memberships
        on
            customers.person_token = memberships.person_token
            and {{ is_in_force('customers.placed_at', 'memberships.joined_at', 'memberships.left_at') }}
    inner join communities on memberships.community_id = communities.community_id

),

outsiders as (

    select distinct
        customers.month_end_date,
        customers.person_token,
        customers.has_come_again,
        communities.pharmacist_id
    from customers
    inner join communities on customers.store_id = communities.store_id
    left join standings
        on
            customers.person_token = standings.person_token
            and customers.month_end_date = standings.month_end_date
    where standings.person_token is null

),

both_sides as (

    select
        *,
        true as is_member
    from standings
    union all
    select
        *,
        false as is_member
    from outsiders

),

final as (

    select
        month_end_date,
        pharmacist_id,
        count(*) filter (where is_member) as member_count,
        count(*) filter (where is_member and has_come_again) as returning_member_count,
        count(*) filter (where not is_member) as outsider_count,
        count(*) filter (where not is_member and has_come_again) as returning_outsider_count
    from both_sides
    group by month_end_date, pharmacist_id

)

select * from final
