with orders as (

    select * from {{ ref('stg_orders__orders') }}

),

order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

order_payments as (

    select * from {{ ref('stg_orders__order_payments') }}

),

order_refunds as (

    select * from {{ ref('stg_orders__order_refunds') }}

),

order_shipments as (

    select * from {{ ref('stg_orders__order_shipments') }}

),

line_totals as (

    select
        order_id,
        placed_on,
        count(*) as line_count,
        sum(quantity * unit_price_yuan - coalesce(discount_yuan, 0)) as goods_yuan,
        sum(quantity * unit_cost_yuan) as cost_yuan,
        max(case when prescription_id is not null then 1 else 0 end) = 1 as is_prescription,
        count(*) filter (where substituted_for_sku_id is not null) as substituted_line_count
    from order_lines
    group by order_id, placed_on

),

payment_totals as (

    select
        order_id,
        placed_on,
        sum(amount_yuan) as paid_yuan,
        sum(case when payment_method = 'medical_insurance' then amount_yuan else 0 end) as medical_insurance_yuan,
        sum(case when payment_method = 'commercial_insurance' then amount_yuan else 0 end) as commercial_insurance_yuan
    from order_payments
    group by order_id, placed_on

),

refund_totals as (

    select
        order_id,
        placed_on,
        count(*) as refund_count,
        sum(amount_yuan) as refunded_yuan,
        max(refunded_at) as refunded_at
    from order_refunds
    group by order_id, placed_on

),

shipment_totals as (

    select
        order_id,
        placed_on,
        count(*) as shipment_count
    from order_shipments
    group by order_id, placed_on

),

-- The same customer has other identifiers on other channels. Kept is the one that the order carries, not the person,
-- who may turn out to be another one long after the day was computed.
described as (

    select
        orders.*,
        {{ strongest_token('orders', ['member_card', 'unionid', 'openid', 'platform_user_id', 'phone']) }}
            as customer_token,
        orders.channel <> 'till' as is_online,
        orders.delivery_mode in ('instant', 'booked') as is_courier_delivery,
        orders.delivered_at is not null and orders.cancelled_at is null as is_completed,
        coalesce(
            orders.cancelled_by = 'customer'
            and (orders.handed_over_at is null or orders.cancelled_at < orders.handed_over_at),
            false
        ) as is_cancelled_by_customer_before_dispatch,
        {{ local_date('orders.paid_at') }} as paid_on,
        coalesce(line_totals.line_count, 0) as line_count,
        coalesce(line_totals.goods_yuan, 0) as goods_yuan,
        coalesce(line_totals.cost_yuan, 0) as cost_yuan,
        coalesce(line_totals.is_prescription, false) as is_prescription,
        coalesce(payment_totals.paid_yuan, 0) as paid_yuan,
        coalesce(payment_totals.medical_insurance_yuan, 0) as medical_insurance_yuan,
        coalesce(payment_totals.commercial_insurance_yuan, 0) as commercial_insurance_yuan,
        coalesce(line_totals.substituted_line_count, 0) as substituted_line_count,
        coalesce(refund_totals.refund_count, 0) as refund_count,
        coalesce(refund_totals.refunded_yuan, 0) as refunded_yuan,
        refund_totals.refunded_at,
        coalesce(shipment_totals.shipment_count, 0) as shipment_count
    from orders
    left join line_totals
        on
            orders.order_id = line_totals.order_id
            and orders.placed_on = line_totals.placed_on
    left join payment_totals
        on
            orders.order_id = payment_totals.order_id
            and orders.placed_on = payment_totals.placed_on
    left join refund_totals
        on
            orders.order_id = refund_totals.order_id
            and orders.placed_on = refund_totals.placed_on
    left join shipment_totals
        on
            orders.order_id = shipment_totals.order_id
            and orders.placed_on = shipment_totals.placed_on

),

final as (

    select
        *,
        case when is_completed then paid_yuan - refunded_yuan else 0 end as net_sales_yuan
    from described

)

select * from final
