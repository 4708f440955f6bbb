with order_payments as (

    select * from {{ ref('stg_orders__order_payments') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

-- A channel may split one method into several payments; the mix needs one figure.
amounts as (

    select
        order_id,
        payment_method,
        sum(amount_yuan) as amount_yuan,
        placed_on
    from order_payments
    group by order_id, payment_method, placed_on

),

final as (

    select
        amounts.order_id,
        amounts.payment_method,
        orders.channel,
        orders.store_id,
        amounts.amount_yuan,
        orders.delivered_at is not null and orders.cancelled_at is null as is_completed,
        {{ local_date('orders.paid_at') }} as paid_on,
        amounts.placed_on
    from amounts
    inner join orders
        on
            amounts.order_id = orders.order_id
            and amounts.placed_on = orders.placed_on

)

select * from final
