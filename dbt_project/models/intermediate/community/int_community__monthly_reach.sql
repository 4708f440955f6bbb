{{ config(**evaluated_once()) }}

with months as (

    select * from {{ ref('int_community__months') }}

),

member_months as (

    select * from {{ ref('int_community__member_months') }}

),

bounds as (

    select
        min(first_date) as first_date,
        max(last_date) as last_date
    from months

),

days as (

    {{ day_spine('(select first_date from bounds)', '(select last_date from bounds)', 'business_date') }}

),

-- Who was counted before the first known day of a month is counted on it.
new_members as (

    select
        member_months.grain,
        member_months.area,
        member_months.store_id,
        member_months.month_start_date,
        greatest(member_months.member_from, months.first_date) as business_date,
        count(*) as member_count,
        0 as active_count
    from member_months
    inner join months on member_months.month_start_date = months.month_start_date
    group by
        member_months.grain,
        member_months.area,
        member_months.store_id,
        member_months.month_start_date,
        greatest(member_months.member_from, months.first_date)

),

new_active_members as (

    select
        member_months.grain,
        member_months.area,
        member_months.store_id,
        member_months.month_start_date,
        greatest(member_months.active_from, months.first_date) as business_date,
        0 as member_count,
        count(*) as active_count
    from member_months
    inner join months on member_months.month_start_date = months.month_start_date
    where member_months.active_from <= months.last_date
    group by
        member_months.grain,
        member_months.area,
        member_months.store_id,
        member_months.month_start_date,
        greatest(member_months.active_from, months.first_date)

),

newcomers as (

    select
        grain,
        area,
        store_id,
        business_date,
        sum(member_count) as member_count,
        sum(active_count) as active_count
    from (
        select * from new_members
        union all
        select * from new_active_members
    ) as both_kinds
    group by grain, area, store_id, business_date

),

places as (

    select distinct
        grain,
        area,
        store_id,
        month_start_date
    from member_months

),

place_days as (

    select
        places.grain,
        places.area,
        places.store_id,
        places.month_start_date,
        days.business_date
    from places
    inner join days on places.month_start_date = {{ month_start('days.business_date') }}

),

running as (

    select
        place_days.grain,
        place_days.area,
        place_days.store_id,
        place_days.business_date,
        sum(coalesce(newcomers.member_count, 0)) over (
            partition by place_days.grain, place_days.area, place_days.store_id, place_days.month_start_date
            order by place_days.business_date nulls last
            rows between unbounded preceding and current row
        ) as member_count,
        sum(coalesce(newcomers.active_count, 0)) over (
            partition by place_days.grain, place_days.area, place_days.store_id, place_days.month_start_date
            order by place_days.business_date nulls last
            rows between unbounded preceding and current row
        ) as active_count
    from place_days
    left join newcomers
        on
            place_days.grain = newcomers.grain
            and place_days.area = newcomers.area
            and place_days.store_id = newcomers.store_id
            and place_days.business_date = newcomers.business_date

),

-- A place without a member yet has no rate.
final as (

    select
        grain,
        area,
        store_id,
        business_date,
        cast(member_count as bigint) as member_count,
        cast(active_count as bigint) as active_count
    from running
    where member_count > 0

)

select * from final
