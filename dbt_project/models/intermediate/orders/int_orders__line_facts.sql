with order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

final as (

    select
        order_lines.order_id,
        order_lines.line_number,
        orders.channel,
        orders.store_id,
        orders.fulfilling_location_id,
        order_lines.sku_id,
        order_lines.lot_id,
        order_lines.quantity,
        order_lines.unit_price_yuan,
        order_lines.discount_yuan,
        order_lines.unit_cost_yuan,
        order_lines.quantity * order_lines.unit_price_yuan - coalesce(order_lines.discount_yuan, 0) as net_line_yuan,
        order_lines.quantity * order_lines.unit_cost_yuan as cost_line_yuan,
        order_lines.prescription_id is not null as has_prescription,
        coalesce({{ list_length('order_lines.trace_codes') }}, 0) as trace_code_count,
        orders.delivered_at is not null and orders.cancelled_at is null as is_completed,
        {{ local_date('orders.paid_at') }} as paid_on,
        order_lines.placed_on
    from order_lines
    inner join orders
        on
            order_lines.order_id = orders.order_id
            and order_lines.placed_on = orders.placed_on

)

select * from final
