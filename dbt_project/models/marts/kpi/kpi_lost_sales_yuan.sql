with lost as (

    select * from {{ ref('int_supply__lost_demand') }}

),

per_store as (

    select
        business_date,
        location_id as store_id,
        {{ exact_sum('lost_sales_yuan') }} as lost_sales_yuan,
        {{ exact_sum('lost_sales_yuan * lost_sales_yuan') }} as lost_squares,
        count(*) as lost_count
    from lost
    group by business_date, location_id

),

final as (

    select
        cast('lost_sales_yuan' as string) as kpi_code,
        cast(business_date as date) as business_date,
        cast('store' as string) as grain,
        cast('all' as string) as area,
        cast(store_id as string) as store_id,
        cast('all' as string) as channel,
        cast(lost_sales_yuan as double) as numerator,
        cast(null as double) as denominator,
        cast(lost_squares as double) as numerator_squares,
        cast(lost_count as bigint) as observations,
        cast(false as boolean) as is_suppressed
    from per_store

)

select * from final
