with order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

refund_lines as (

    select * from {{ ref('stg_orders__order_refund_lines') }}

),

order_shipments as (

    select * from {{ ref('stg_orders__order_shipments') }}

),

refunded as (

    select
        order_id,
        line_number,
        placed_on,
        sum(refunded_quantity) as refunded_quantity
    from refund_lines
    group by order_id, line_number, placed_on

),

shipped as (

    select
        order_id,
        placed_on,
        shipment_number,
        {{ list_items('line_numbers') }} as line_number
    from order_shipments

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
        order_lines.prescription_id,
        order_lines.prescription_id is not null as has_prescription,
        coalesce({{ list_length('order_lines.trace_codes') }}, 0) as trace_code_count,
        orders.delivered_at is not null and orders.cancelled_at is null as is_completed,
        {{ local_date('orders.paid_at') }} as paid_on,
        coalesce(refunded.refunded_quantity, 0) as refunded_quantity,
        order_lines.substituted_for_sku_id,
        order_lines.substituted_for_sku_id is not null as is_substituted,
        shipped.shipment_number,
        order_lines.placed_on
    from order_lines
    inner join orders
        on
            order_lines.order_id = orders.order_id
            and order_lines.placed_on = orders.placed_on
    left join refunded
        on
            order_lines.order_id = refunded.order_id
            and order_lines.placed_on = refunded.placed_on
            and order_lines.line_number = refunded.line_number
    left join shipped
        on
            order_lines.order_id = shipped.order_id
            and order_lines.placed_on = shipped.placed_on
            and order_lines.line_number = shipped.line_number

)

select * from final
