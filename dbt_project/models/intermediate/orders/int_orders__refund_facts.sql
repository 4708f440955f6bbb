with order_refunds as (

    select * from {{ ref('stg_orders__order_refunds') }}

),

refund_lines as (

    select * from {{ ref('stg_orders__order_refund_lines') }}

),

orders as (

    select * from {{ ref('int_orders__order_facts') }}

),

packs as (

    select
        order_id,
        refund_id,
        placed_on,
        sum(refunded_quantity) as refunded_quantity
    from refund_lines
    group by order_id, refund_id, placed_on

),

final as (

    select
        order_refunds.order_id,
        order_refunds.refund_id,
        orders.channel,
        orders.store_id,
        order_refunds.refunded_at,
        order_refunds.refund_reason,
        order_refunds.amount_yuan,
        coalesce(packs.refunded_quantity, 0) as refunded_quantity,
        order_refunds.amount_yuan = orders.paid_yuan as is_whole_refund,
        orders.is_completed,
        {{ local_date('order_refunds.refunded_at') }} as refunded_on,
        orders.paid_on,
        order_refunds.placed_on
    from order_refunds
    inner join orders
        on
            order_refunds.order_id = orders.order_id
            and order_refunds.placed_on = orders.placed_on
    left join packs
        on
            order_refunds.order_id = packs.order_id
            and order_refunds.placed_on = packs.placed_on
            and order_refunds.refund_id = packs.refund_id

)

select * from final
