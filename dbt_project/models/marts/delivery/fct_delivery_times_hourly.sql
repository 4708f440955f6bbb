with leg_minutes as (

    select * from {{ ref('int_delivery__leg_minutes') }}

),

per_hour as (

    select
        fulfilling_location_id,
        {{ month_start('placed_on') }} as month_start_date,
        paid_hour,
        leg,
        count(*) as delivery_count,
        {{ quantile('leg_minutes', '0.5') }} as minutes_p50,
        {{ quantile('leg_minutes', '0.9') }} as minutes_p90
    from leg_minutes
    group by fulfilling_location_id, {{ month_start('placed_on') }}, paid_hour, leg

),

final as (

    select
        cast(fulfilling_location_id as string) as fulfilling_location_id,
        cast(month_start_date as date) as month_start_date,
        cast(paid_hour as integer) as paid_hour,
        cast(leg as string) as leg,
        cast(delivery_count as bigint) as delivery_count,
        cast(minutes_p50 as double) as minutes_p50,
        cast(minutes_p90 as double) as minutes_p90
    from per_hour

)

select * from final
