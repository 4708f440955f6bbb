{{ config(**incremental_by_day('placed_on', 'int_delivery__touched_days')) }}

with guidance as (

    select * from {{ ref('int_delivery__guidance') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(delivery_mode as string) as delivery_mode,
        cast(is_prescription as boolean) as is_prescription,
        cast(guidance_kind as string) as guidance_kind,
        cast(has_guidance as boolean) as has_guidance,
        cast(guidance_minutes as double) as guidance_minutes,
        cast(is_guided_in_time as boolean) as is_guided_in_time,
        cast(delivered_on as date) as delivered_on,
        cast(placed_on as date) as placed_on
    from guidance
    where {{ is_touched_day('placed_on', ref('int_delivery__touched_days')) }}

)

select * from final
