with delivery_clocks as (

    select * from {{ ref('int_orders__delivery_clocks') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

rush_hours as (

    select
        *,
        {{ next_start('valid_from', ['hour_of_day']) }} as valid_until
    from {{ ref('rush_hours') }}

),

instant as (

    select
        delivery_clocks.*,
        coalesce(locations.city_zh, 'none') as city_zh,
        {{ local_hour('delivery_clocks.paid_at') }} as paid_hour,
        {{ safe_ratio('delivery_clocks.distance_meters', 1000) }} as distance_kilometers,
        -- A review that ends after the store has accepted the order is part of picking.
        coalesce(case
            when delivery_clocks.reviewed_at <= delivery_clocks.accepted_at
                then {{ minutes_between('delivery_clocks.paid_at', 'delivery_clocks.reviewed_at') }}
        end, 0) as review_minutes
    from delivery_clocks
    left join locations on delivery_clocks.fulfilling_location_id = locations.location_id
    where
        delivery_clocks.delivery_mode = 'instant'
        and delivery_clocks.is_completed

),

final as (

    select
        instant.order_id,
        instant.channel,
        instant.store_id,
        instant.fulfilling_location_id,
        instant.city_zh,
        instant.courier_company,
        instant.paid_hour,
        rush_hours.hour_of_day is not null as is_rush_hour,
        instant.rain_millimeters,
        case
            when instant.rain_millimeters > 0 then 'rainy'
            when instant.rain_millimeters = 0 then 'dry'
            else 'unknown'
        end as weather,
        instant.distance_kilometers,
        instant.is_prescription,
        instant.review_minutes,
        instant.accept_minutes,
        instant.accept_minutes - instant.review_minutes as own_accept_minutes,
        instant.pick_minutes,
        instant.handover_minutes,
        instant.ride_minutes,
        instant.delivery_minutes,
        instant.is_within_30_minutes,
        instant.is_on_promise,
        instant.paid_on,
        instant.placed_on
    from instant
    left join rush_hours
        on
            instant.paid_hour = rush_hours.hour_of_day
            and {{ is_in_force('instant.placed_on', 'rush_hours.valid_from', 'rush_hours.valid_until') }}

)

select * from final
