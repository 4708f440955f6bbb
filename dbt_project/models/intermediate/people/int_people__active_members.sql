{#- A month of its own each: a number of members registered so far would nest in the next month's, and the difference
    show few people. -#}
with months as (

    select * from {{ ref('int_people__closed_months') }}

),

members as (

    select * from {{ ref('stg_members__members') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}
    where person_token is not null

),

orders as (

    select * from {{ ref('int_orders__order_facts') }}
    where customer_token is not null

),

events as (

    select * from {{ ref('int_community__events') }}
    where
        is_qualifying
        and external_user_token is not null

),

periods as (

    select * from {{ ref('int_people__consent_periods') }}

),

-- Who has several memberships is at home where the first of them is.
homes as (

    select
        person_token,
        home_store_id
    from (
        select
            person_identifiers.person_token,
            members.home_store_id,
            row_number() over (
                partition by person_identifiers.person_token
                order by members.registered_at nulls last, members.member_token nulls last
            ) as seniority
        from members
        inner join person_identifiers on members.member_token = person_identifiers.identifier_token
    ) as memberships
    where seniority = 1

),

doings as (

    select
        customer_token as identifier_token,
        {{ month_start('placed_on') }} as month_start_date
    from orders
    union
    select
        external_user_token as identifier_token,
        {{ month_start('occurred_on') }} as month_start_date
    from events

),

active as (

    select distinct
        months.month_end_date,
        homes.person_token,
        homes.home_store_id
    from doings
    inner join months on doings.month_start_date = months.month_start_date
    inner join person_identifiers on doings.identifier_token = person_identifiers.identifier_token
    inner join homes on person_identifiers.person_token = homes.person_token

),

consented as (

    select
        {% for purpose in consent_purposes() %}
        max(case when periods.purpose = '{{ purpose }}' then 1 else 0 end) as {{ purpose }},
        {% endfor %}
        months.month_end_date,
        periods.person_token
    from periods
    inner join months
        on {{ is_in_force(
            day_start(add_days('months.month_end_date', 1)), 'periods.valid_from_at', 'periods.valid_until_at'
        ) }}
    group by months.month_end_date, periods.person_token

),

final as (

    select
        {% for purpose in consent_purposes() %}
        coalesce(consented.{{ purpose }}, 0) = 1 as consents_to_{{ purpose }},
        {% endfor %}
        active.month_end_date as business_date,
        active.home_store_id as store_id,
        active.person_token
    from active
    left join consented
        on
            active.month_end_date = consented.month_end_date
            and active.person_token = consented.person_token

)

select * from final
