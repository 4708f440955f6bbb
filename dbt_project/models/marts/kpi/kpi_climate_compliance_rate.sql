with storage_climate as (

    select * from {{ ref('fct_storage_climate') }}

),

-- Whole microseconds add up to the same sum in any order of the rows.
per_location as (

    select
        business_date,
        location_id,
        sum({{ minutes_as_microseconds('in_range_minutes') }}) as in_range_microseconds,
        sum({{ minutes_as_microseconds('due_minutes') }}) as due_microseconds,
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
        cast({{ microseconds_as_minutes('in_range_microseconds') }} as double) as numerator,
        cast({{ microseconds_as_minutes('due_microseconds') }} as double) as denominator,
        cast(null as double) as numerator_squares,
        -- Minutes of one point hang together, so the points are the observations.
        cast(sensor_count as bigint) as observations,
        cast(false as boolean) as is_suppressed
    from per_location

)

select * from final
