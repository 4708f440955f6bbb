{{ config(materialized='table') }}

{#- Points and not people; but what a handful of members redeem tells of each of them, so that a place shows its points
    where it could show how many members they are. An entry that breaks a rule of the ledger was not earned or
    redeemed, and counts nowhere. -#}
with entries as (

    select * from {{ ref('int_people__points_entries') }}
    where rule_code is null

),

memberships as (

    select * from {{ ref('int_people__memberships') }}

),

parameters as (

    select * from {{ ref('int_people__loyalty_parameters') }}

),

closed_months as (

    select * from {{ ref('int_people__closed_months') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

member_months as (

    select
        closed_months.month_end_date as business_date,
        memberships.home_store_id as store_id,
        coalesce(memberships.person_token, memberships.member_token) as member,
        sum(case when entries.entry_kind = 'redeemed' then entries.points else 0 end) as redeemed_points,
        sum(case when entries.entry_kind = 'redeemed' then entries.points * entries.points else 0 end)
            as redeemed_squares,
        sum(case when entries.entry_kind = 'earned' then entries.points else 0 end) as earned_points
    from closed_months
    cross join parameters
    inner join entries
        on
            (
                entries.entry_kind = 'redeemed'
                and closed_months.month_end_date >= entries.occurred_on
                and closed_months.month_end_date
                < {{ add_days('entries.occurred_on', 'parameters.redemption_window_days') }}
            )
            or (
                entries.entry_kind = 'earned'
                and closed_months.month_end_date
                >= {{ add_days('entries.occurred_on', 'parameters.redemption_window_days') }}
                and closed_months.month_end_date
                < {{ add_days('entries.occurred_on', '2 * parameters.redemption_window_days') }}
            )
    inner join memberships on entries.member_token = memberships.member_token
    group by
        closed_months.month_end_date,
        memberships.home_store_id,
        coalesce(memberships.person_token, memberships.member_token)

),

member_counts as (

    {{ suppressed_people_counts(
        'member_months',
        {'redeemer_count': 'redeemed_points > 0', 'earner_count': 'earned_points > 0'},
        'member'
    ) }}

),

placed as (

    select
        member_months.*,
        locations.city_zh,
        locations.region_zh
    from member_months
    left join locations on member_months.store_id = locations.location_id

),

sums as (

    {% for grain, area, store_id in [
        ('chain', "'all'", "'all'"),
        ('region', 'region_zh', "'all'"),
        ('city', 'city_zh', "'all'"),
        ('store', "'all'", 'store_id'),
    ] %}
    select
        '{{ grain }}' as grain,
        {{ area }} as area,
        {{ store_id }} as store_id,
        business_date,
        sum(redeemed_points) as redeemed_points,
        sum(redeemed_squares) as redeemed_squares,
        sum(earned_points) as earned_points
    from placed
    group by business_date{{ ', ' ~ area if area != "'all'" }}{{ ', ' ~ store_id if store_id != "'all'" }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

final as (

    select
        member_counts.grain,
        member_counts.area,
        member_counts.store_id,
        member_counts.business_date,
        member_counts.people_count as member_count,
        case when not member_counts.is_suppressed then sums.redeemed_points end as redeemed_points,
        case when not member_counts.is_suppressed then sums.redeemed_squares end as redeemed_squares,
        case when not member_counts.is_suppressed then sums.earned_points end as earned_points,
        member_counts.is_suppressed
    from member_counts
    inner join sums
        on
            member_counts.grain = sums.grain
            and member_counts.area = sums.area
            and member_counts.store_id = sums.store_id
            and member_counts.business_date = sums.business_date

)

select * from final
