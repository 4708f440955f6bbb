with reach as (

    select * from {{ ref('int_community__suppressed_reach') }}

),

final as (

    select
        cast('community_mau_rate' as string) as kpi_code,
        cast(business_date as date) as business_date,
        cast(grain as string) as grain,
        cast(area as string) as area,
        cast(store_id as string) as store_id,
        cast('all' as string) as channel,
        cast(active_count as double) as numerator,
        cast(member_count as double) as denominator,
        cast(null as double) as numerator_squares,
        cast(member_count as bigint) as observations,
        cast(is_suppressed as boolean) as is_suppressed
    from reach

)

select * from final
