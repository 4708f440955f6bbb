with counts as (

    select * from {{ ref('int_people__redemption_counts') }}

)

select
    cast('points_redemption_rate' as string) as kpi_code,
    cast(business_date as date) as business_date,
    cast(grain as string) as grain,
    cast(area as string) as area,
    cast(store_id as string) as store_id,
    cast('all' as string) as channel,
    cast(redeemed_points as double) as numerator,
    cast(earned_points as double) as denominator,
    cast(redeemed_squares as double) as numerator_squares,
    cast(member_count as bigint) as observations,
    cast(is_suppressed as boolean) as is_suppressed
from counts
