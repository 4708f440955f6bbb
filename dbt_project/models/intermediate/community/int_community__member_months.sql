{{ config(materialized='table') }}

{#- Per member and month only two days matter: the first as a member and the first active. What was reached up to any
    day follows from them by counting, and not from members times days. -#}
{% set places = [
    ('store', "'all'", '{}.store_id'),
    ('city', 'locations.city_zh', "'all'"),
    ('region', 'locations.region_zh', "'all'"),
    ('chain', "'all'", "'all'"),
] %}
with months as (

    select * from {{ ref('int_community__months') }}

),

periods as (

    select * from {{ ref('int_community__membership_periods') }}

),

events as (

    select * from {{ ref('int_community__events') }}
    where
        is_qualifying
        and external_user_token is not null

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

memberships as (

    select
        months.month_start_date,
        periods.store_id,
        periods.external_user_token,
        min(
            case
                when periods.joined_at < months.month_start_at then months.month_start_date
                else {{ local_date('periods.joined_at') }}
            end
        ) as member_from
    from months
    inner join periods
        on
            months.known_until_at > periods.joined_at
            and (months.month_start_at < periods.left_at or periods.left_at is null)
    group by months.month_start_date, periods.store_id, periods.external_user_token

),

activities as (

    select
        {{ month_start('occurred_on') }} as month_start_date,
        store_id,
        external_user_token,
        min(occurred_on) as active_from
    from events
    group by {{ month_start('occurred_on') }}, store_id, external_user_token

),

-- One row per member, month and place, at each grain a place can have.
member_places as (

    {% for grain, area, store_id in places %}
    select
        '{{ grain }}' as grain,
        {{ area }} as area,
        {{ store_id.format('memberships') }} as store_id,
        memberships.month_start_date,
        memberships.external_user_token,
        memberships.member_from
    from memberships
    inner join locations on memberships.store_id = locations.location_id
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

active_places as (

    {% for grain, area, store_id in places %}
    select
        '{{ grain }}' as grain,
        {{ area }} as area,
        {{ store_id.format('activities') }} as store_id,
        activities.month_start_date,
        activities.external_user_token,
        activities.active_from
    from activities
    inner join locations on activities.store_id = locations.location_id
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

members as (

    select
        grain,
        area,
        store_id,
        month_start_date,
        external_user_token,
        min(member_from) as member_from
    from member_places
    group by grain, area, store_id, month_start_date, external_user_token

),

active_members as (

    select
        grain,
        area,
        store_id,
        month_start_date,
        external_user_token,
        min(active_from) as active_from
    from active_places
    group by grain, area, store_id, month_start_date, external_user_token

),

final as (

    select
        members.grain,
        members.area,
        members.store_id,
        members.month_start_date,
        members.external_user_token,
        members.member_from,
        -- Only who is counted below the line can be counted above it.
        case
            when active_members.active_from is not null then greatest(members.member_from, active_members.active_from)
        end as active_from
    from members
    left join active_members
        on
            members.grain = active_members.grain
            and members.area = active_members.area
            and members.store_id = active_members.store_id
            and members.month_start_date = active_members.month_start_date
            and members.external_user_token = active_members.external_user_token

)

select * from final
