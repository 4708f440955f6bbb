with cost_days as (

    select * from {{ ref('int_supply__cost_days') }}

),

final as (

    select
        cast('expiry_waste_rate' as string) as kpi_code,
        cast(moved_on as date) as business_date,
        cast('store' as string) as grain,
        cast('all' as string) as area,
        cast(location_id as string) as store_id,
        cast('all' as string) as channel,
        cast(expired_cost_yuan as double) as numerator,
        cast(sold_cost_yuan as double) as denominator,
        cast(expired_cost_squares as double) as numerator_squares,
        cast(write_off_count as bigint) as observations,
        cast(false as boolean) as is_suppressed
    from cost_days

)

select * from final
