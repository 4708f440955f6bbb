{{ config(**incremental_by_day('placed_on', 'int_orders__touched_days')) }}

with refund_facts as (

    select * from {{ ref('int_orders__refund_facts') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(refund_id as string) as refund_id,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(refunded_at as timestamp) as refunded_at,
        cast(refund_reason as string) as refund_reason,
        cast(amount_yuan as decimal(18, 2)) as amount_yuan,
        cast(refunded_quantity as integer) as refunded_quantity,
        cast(is_whole_refund as boolean) as is_whole_refund,
        cast(is_completed as boolean) as is_completed,
        cast(refunded_on as date) as refunded_on,
        cast(paid_on as date) as paid_on,
        cast(placed_on as date) as placed_on
    from refund_facts
    where {{ is_touched_day('placed_on', ref('int_orders__touched_days')) }}

)

select * from final
