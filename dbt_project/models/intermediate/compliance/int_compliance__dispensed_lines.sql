with order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

-- Dispensed is what left the pharmacy, whatever became of it on the way.
final as (

    select
        order_lines.order_id,
        order_lines.line_number,
        orders.channel,
        orders.channel <> 'till' as is_online,
        orders.store_id,
        coalesce(orders.fulfilling_location_id, orders.store_id) as fulfilling_location_id,
        orders.delivery_mode in ('instant', 'booked') as is_courier_delivery,
        order_lines.sku_id,
        products.atc_code,
        products.prescription_class,
        products.special_class,
        products.is_online_banned,
        order_lines.quantity,
        order_lines.trace_codes,
        coalesce({{ list_length('order_lines.trace_codes') }}, 0) as trace_code_count,
        order_lines.prescription_id,
        order_lines.prescription_id is not null or products.prescription_class = 'rx' as is_prescription_line,
        coalesce(orders.handed_over_at, orders.delivered_at) as dispensed_at,
        {{ local_date('coalesce(orders.handed_over_at, orders.delivered_at)') }} as dispensed_on,
        orders.courier_company,
        orders.delivered_at,
        orders.cancelled_at,
        orders.cancelled_by,
        order_lines.placed_on
    from order_lines
    inner join orders
        on
            order_lines.order_id = orders.order_id
            and order_lines.placed_on = orders.placed_on
    left join products on order_lines.sku_id = products.sku_id
    where
        orders.handed_over_at is not null
        or orders.delivered_at is not null

)

select * from final
