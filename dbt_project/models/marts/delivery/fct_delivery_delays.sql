{{ config(**incremental_by_day('placed_on', 'int_delivery__touched_window_days')) }}

with delays as (

    select * from {{ ref('int_delivery__delays') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(fulfilling_location_id as string) as fulfilling_location_id,
        cast(courier_company as string) as courier_company,
        cast(paid_on as date) as paid_on,
        cast(paid_hour as integer) as paid_hour,
        cast(is_rush_hour as boolean) as is_rush_hour,
        cast(rain_millimeters as double) as rain_millimeters,
        cast(is_within_30_minutes as boolean) as is_within_30_minutes,
        cast(is_on_promise as boolean) as is_on_promise,
        cast(delivery_minutes as double) as delivery_minutes,
        cast(excess_minutes as double) as excess_minutes,
        cast(review_excess_minutes as double) as review_excess_minutes,
        cast(accept_excess_minutes as double) as accept_excess_minutes,
        cast(pick_excess_minutes as double) as pick_excess_minutes,
        cast(pick_rush_minutes as double) as pick_rush_minutes,
        cast(pick_other_minutes as double) as pick_other_minutes,
        cast(handover_excess_minutes as double) as handover_excess_minutes,
        cast(handover_rush_minutes as double) as handover_rush_minutes,
        cast(handover_rain_minutes as double) as handover_rain_minutes,
        cast(handover_other_minutes as double) as handover_other_minutes,
        cast(ride_excess_minutes as double) as ride_excess_minutes,
        cast(ride_distance_minutes as double) as ride_distance_minutes,
        cast(ride_rush_minutes as double) as ride_rush_minutes,
        cast(ride_rain_minutes as double) as ride_rain_minutes,
        cast(ride_other_minutes as double) as ride_other_minutes,
        cast(slowest_leg as string) as slowest_leg,
        cast(main_cause as string) as main_cause,
        cast(placed_on as date) as placed_on
    from delays
    where {{ is_touched_day('placed_on', ref('int_delivery__touched_window_days')) }}

)

select * from final
