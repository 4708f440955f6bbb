{{ config(**incremental_from_day('paid_on', 'int_supply__first_touched_demand_day')) }}

with routing as (

    select * from {{ ref('int_orders__routing') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(fulfilling_location_id as string) as fulfilling_location_id,
        cast(is_nearest_used as boolean) as is_nearest_used,
        cast(nearest_location_id as string) as nearest_location_id,
        cast({{ rounded_integer('extra_distance_meters') }} as integer) as extra_distance_meters,
        cast(lost_minutes as double) as lost_minutes,
        {{ rounded_decimal('lost_courier_yuan', 18, 2) }} as lost_courier_yuan,
        cast(cancelled_margin_yuan as decimal(18, 2)) as cancelled_margin_yuan,
        cast(paid_on as date) as paid_on
    from routing
    where {{ is_day_from_first_touched('paid_on', ref('int_supply__first_touched_demand_day')) }}

)

select * from final
