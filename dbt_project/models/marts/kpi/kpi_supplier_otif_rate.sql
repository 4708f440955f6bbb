with deliveries as (

    select * from {{ ref('int_supply__supplier_deliveries') }}
    where is_due

),

per_location as (

    select
        due_on,
        location_id,
        count(*) filter (where is_otif) as otif_count,
        count(*) as due_count
    from deliveries
    group by due_on, location_id

),

final as (

    select
        cast('supplier_otif_rate' as string) as kpi_code,
        cast(due_on as date) as business_date,
        cast('store' as string) as grain,
        cast('all' as string) as area,
        cast(location_id as string) as store_id,
        cast('all' as string) as channel,
        cast(otif_count as double) as numerator,
        cast(due_count as double) as denominator,
        cast(null as double) as numerator_squares,
        cast(due_count as bigint) as observations,
        cast(false as boolean) as is_suppressed
    from per_location

)

select * from final
