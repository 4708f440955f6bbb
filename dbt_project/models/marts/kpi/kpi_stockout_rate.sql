with positions as (

    select * from {{ ref('fct_stock_positions_daily') }}

),

locations as (

    select * from {{ ref('dim_stores') }}

),

per_store as (

    select
        positions.business_date,
        positions.location_id as store_id,
        count(*) filter (where positions.is_stocked_out) as stocked_out_count,
        count(*) as ranged_count
    from positions
    inner join locations on positions.location_id = locations.store_id
    where
        positions.is_ranged
        and locations.location_kind = 'store'
    group by positions.business_date, positions.location_id

),

final as (

    select
        cast('stockout_rate' as string) as kpi_code,
        cast(business_date as date) as business_date,
        cast('store' as string) as grain,
        cast('all' as string) as area,
        cast(store_id as string) as store_id,
        cast('all' as string) as channel,
        cast(stocked_out_count as double) as numerator,
        cast(ranged_count as double) as denominator,
        cast(null as double) as numerator_squares,
        cast(ranged_count as bigint) as observations,
        cast(false as boolean) as is_suppressed
    from per_store

)

select * from final
