with responses as (

    select * from {{ ref('int_supply__demand_response') }}

),

final as (

    select
        cast('demand_response_hours' as string) as kpi_code,
        cast(business_date as date) as business_date,
        cast(grain as string) as grain,
        cast(area as string) as area,
        cast(store_id as string) as store_id,
        cast('all' as string) as channel,
        cast(median_hours as double) as numerator,
        cast(null as double) as denominator,
        cast(null as double) as numerator_squares,
        cast(surge_count as bigint) as observations,
        cast(false as boolean) as is_suppressed
    from responses

)

select * from final
