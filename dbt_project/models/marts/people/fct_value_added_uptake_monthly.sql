with uptake as (

    select * from {{ ref('int_people__service_uptake') }}

),

final as (

    select
        cast(business_date as date) as business_date,
        cast(offer_kind as string) as offer_kind,
        cast(member_group_kind as string) as member_group_kind,
        cast(member_group_code as string) as member_group_code,
        cast(offered_member_count as bigint) as offered_member_count,
        cast(taker_count as bigint) as taker_count,
        cast(uptake_rate as double) as uptake_rate,
        cast(uptake_lower_rate as double) as uptake_lower_rate,
        cast(uptake_upper_rate as double) as uptake_upper_rate,
        cast(is_suppressed as boolean) as is_suppressed
    from uptake

)

select * from final
