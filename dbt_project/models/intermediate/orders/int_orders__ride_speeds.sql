{#- How fast couriers rode on a day: metres to the customer per minute of the ride, by location and over the chain. -#}
with orders as (

    select *
    from {{ ref('int_orders__order_facts') }}
    where
        is_courier_delivery
        and is_completed
        and distance_meters > 0
        and delivered_at > handed_over_at

),

rides as (

    select
        fulfilling_location_id as location_id,
        paid_on,
        cast(distance_meters as double) as distance_meters,
        {{ minutes_between('handed_over_at', 'delivered_at') }} as ride_minutes
    from orders

),

final as (

    select
        location_id,
        {{ safe_ratio('sum(distance_meters)', exact_sum('ride_minutes')) }} as meters_per_minute,
        paid_on
    from rides
    group by location_id, paid_on
    union all
    select
        cast(null as string) as location_id,
        {{ safe_ratio('sum(distance_meters)', exact_sum('ride_minutes')) }} as meters_per_minute,
        paid_on
    from rides
    group by paid_on

)

select * from final
