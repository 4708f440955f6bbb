{{ config(**incremental_by_day('business_date', 'int_delivery__touched_window_days')) }}

{#- Median and 90th percentile of each leg over the trailing window of the catalogue, at every grain that is asked for.

    variance: of the quantile as an estimate, from the order statistics that bound it (macros/delivery/quantile_ranks.sql);
    null where such a rank lies outside the sample. -#}
with leg_minutes as (

    select * from {{ ref('int_delivery__leg_minutes') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

catalogue as (

    select * from {{ ref('kpi_catalogue') }}
    where kpi_code = 'delivery_minutes_p50'

),

days as (

    select distinct placed_on as business_date
    from leg_minutes
    where {{ is_touched_day('placed_on', ref('int_delivery__touched_window_days')) }}

),

windowed as (

    select
        days.business_date,
        leg_minutes.leg,
        leg_minutes.leg_minutes,
        leg_minutes.store_id,
        locations.city_zh,
        locations.region_zh
    from days
    cross join catalogue
    inner join leg_minutes
        on
            days.business_date >= leg_minutes.placed_on
            and leg_minutes.placed_on > {{ add_days('days.business_date', '-catalogue.window_days') }}
    left join locations on leg_minutes.store_id = locations.location_id

),

placed as (

    select
        business_date,
        leg,
        leg_minutes,
        'store' as grain,
        'all' as area,
        store_id
    from windowed
    union all
    select
        business_date,
        leg,
        leg_minutes,
        'city' as grain,
        city_zh as area,
        'all' as store_id
    from windowed
    where city_zh is not null
    union all
    select
        business_date,
        leg,
        leg_minutes,
        'region' as grain,
        region_zh as area,
        'all' as store_id
    from windowed
    where region_zh is not null
    union all
    select
        business_date,
        leg,
        leg_minutes,
        'chain' as grain,
        'all' as area,
        'all' as store_id
    from windowed

),

ranked as (

    select
        *,
        row_number() over (
            partition by business_date, leg, grain, area, store_id order by leg_minutes nulls last
        ) as minutes_rank,
        count(*) over (partition by business_date, leg, grain, area, store_id) as delivery_count
    from placed

),

bounded as (

    select
        *,
        {{ quantile_rank('0.5', 'delivery_count', -1) }} as low_rank_50,
        {{ quantile_rank('0.5', 'delivery_count', 1) }} as high_rank_50,
        {{ quantile_rank('0.9', 'delivery_count', -1) }} as low_rank_90,
        {{ quantile_rank('0.9', 'delivery_count', 1) }} as high_rank_90
    from ranked

),

bounds as (

    select
        leg,
        grain,
        area,
        store_id,
        count(*) as delivery_count,
        {{ quantile('leg_minutes', '0.5') }} as minutes_p50,
        max(leg_minutes) filter (where minutes_rank = low_rank_50) as low_minutes_50,
        max(leg_minutes) filter (where minutes_rank = high_rank_50) as high_minutes_50,
        {{ quantile('leg_minutes', '0.9') }} as minutes_p90,
        max(leg_minutes) filter (where minutes_rank = low_rank_90) as low_minutes_90,
        max(leg_minutes) filter (where minutes_rank = high_rank_90) as high_minutes_90,
        business_date
    from bounded
    group by leg, grain, area, store_id, business_date

),

errors as (

    select
        *,
        {{ rank_standard_error('low_minutes_50', 'high_minutes_50') }} as standard_error_50,
        {{ rank_standard_error('low_minutes_90', 'high_minutes_90') }} as standard_error_90
    from bounds

),

final as (

    select
        leg,
        grain,
        area,
        store_id,
        delivery_count,
        minutes_p50,
        standard_error_50 * standard_error_50 as variance_p50,
        minutes_p90,
        standard_error_90 * standard_error_90 as variance_p90,
        business_date
    from errors

)

select * from final
