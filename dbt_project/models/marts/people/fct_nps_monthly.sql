with counts as (

    select * from {{ ref('int_people__nps_counts') }}

),

final as (

    select
        cast(business_date as date) as business_date,
        cast(journey as string) as journey,
        cast(grain as string) as grain,
        cast(area as string) as area,
        cast(store_id as string) as store_id,
        cast(respondent_count as bigint) as respondent_count,
        cast(promoter_count as bigint) as promoter_count,
        cast(passive_count as bigint) as passive_count,
        cast(detractor_count as bigint) as detractor_count,
        cast(net_promoter_score as double) as net_promoter_score,
        cast(net_promoter_lower_score as double) as net_promoter_lower_score,
        cast(net_promoter_upper_score as double) as net_promoter_upper_score,
        cast(is_suppressed as boolean) as is_suppressed
    from counts

)

select * from final
