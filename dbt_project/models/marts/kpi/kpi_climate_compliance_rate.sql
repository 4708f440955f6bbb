with storage_climate as (

    select * from {{ ref('fct_storage_climate') }}

),

-- Minutes as decimals add up to the same sum in any order of the rows.
per_location as (

    select
        business_date,
        location_id,
        sum(cast(in_range_minutes as decimal(18, 6))) as in_range_minutes,
        sum(cast(due_minutes as decimal(18, 6))) as due_minutes,
        count(*) as sensor_count
    from storage_climate
    group by business_date, location_id

),

final as (

    select
        cast('climate_compliance_rate' as string) as kpi_code,
        cast(business_date as date) as business_date,
        cast('store' as string) as grain,
        cast('all' as string) as area,
        cast(location_id as string) as store_id,
        cast('all' as string) as channel,
        cast(in_range_minutes as double) as numerator,
        cast(due_minutes as double) as denominator,
        cast(null as double) as numerator_squares,
        -- Minutes of one point hang together, so the points are the observations.
        cast(sensor_count as bigint) as observations,
        cast(false as boolean) as is_suppressed
    from per_location

)

select * from final
