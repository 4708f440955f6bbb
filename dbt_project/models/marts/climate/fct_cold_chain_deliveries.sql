{{ config(**incremental_by_day('placed_on', 'int_climate__delivery_touched_days')) }}

with delivery_logs as (

    select * from {{ ref('int_climate__delivery_logs') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(fulfilling_location_id as string) as fulfilling_location_id,
        cast(courier_company as string) as courier_company,
        cast(delivery_box_id as string) as delivery_box_id,
        cast(handed_over_at as timestamp) as handed_over_at,
        cast(delivered_at as timestamp) as delivered_at,
        cast(delivered_on as date) as delivered_on,
        cast({{ microseconds_as_minutes('ride_microseconds') }} as double) as ride_minutes,
        cast({{ microseconds_as_minutes('in_range_microseconds') }} as double) as in_range_minutes,
        cast({{ microseconds_as_minutes('breach_microseconds') }} as double) as breach_minutes,
        cast({{ microseconds_as_minutes('unknown_microseconds') }} as double) as unknown_minutes,
        cast(reading_count as bigint) as reading_count,
        cast(temperature_min_celsius as double) as temperature_min_celsius,
        cast(temperature_max_celsius as double) as temperature_max_celsius,
        cast(is_unbroken_in_range as boolean) as is_unbroken_in_range,
        cast(placed_on as date) as placed_on
    from delivery_logs
    where {{ is_touched_day('placed_on', ref('int_climate__delivery_touched_days')) }}

)

select * from final
