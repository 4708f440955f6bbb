{{ config(**incremental_by_day('placed_on', 'int_orders__touched_days')) }}

with delivery_clocks as (

    select * from {{ ref('int_orders__delivery_clocks') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(fulfilling_location_id as string) as fulfilling_location_id,
        cast(delivery_mode as string) as delivery_mode,
        cast(paid_on as date) as paid_on,
        cast({{ local_hour('paid_at') }} as integer) as paid_hour,
        cast(paid_at as timestamp) as paid_at,
        cast(reviewed_at as timestamp) as reviewed_at,
        cast(delivered_at as timestamp) as delivered_at,
        cast(promised_at as timestamp) as promised_at,
        cast(is_prescription as boolean) as is_prescription,
        cast(is_cold_chain as boolean) as is_cold_chain,
        cast(distance_meters as integer) as distance_meters,
        cast(courier_company as string) as courier_company,
        cast(accept_minutes as double) as accept_minutes,
        cast(pick_minutes as double) as pick_minutes,
        cast(handover_minutes as double) as handover_minutes,
        cast(ride_minutes as double) as ride_minutes,
        cast(delivery_minutes as double) as delivery_minutes,
        cast(delivery_after_review_minutes as double) as delivery_after_review_minutes,
        cast(is_completed as boolean) as is_completed,
        cast(is_delivery_counted as boolean) as is_delivery_counted,
        cast(is_within_30_minutes as boolean) as is_within_30_minutes,
        cast(is_on_promise as boolean) as is_on_promise,
        cast(is_review_counted as boolean) as is_review_counted,
        cast(is_within_30_minutes_after_review as boolean) as is_within_30_minutes_after_review,
        cast(is_on_promised_day as boolean) as is_on_promised_day,
        cast(is_in_booked_window as boolean) as is_in_booked_window,
        cast(cancelled_by as string) as cancelled_by,
        cast(placed_on as date) as placed_on
    from delivery_clocks
    where {{ is_touched_day('placed_on', ref('int_orders__touched_days')) }}

)

select * from final
