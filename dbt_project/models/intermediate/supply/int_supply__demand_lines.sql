with orders as (

    select * from {{ ref('int_orders__order_facts') }}

),

order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

ranges as (

    select * from {{ ref('int_supply__ranges') }}

),

-- What the customer took back was not wanted in the end; what the chain or a platform could not do was. A platform
-- that cancels an order never paid for only says that the customer left.
wanted_orders as (

    select
        *,
        case
            when is_completed then coalesce({{ safe_ratio('refunded_yuan', 'paid_yuan') }}, 0) else 0
        end as refunded_share
    from orders
    where
        coalesce(cancelled_by, 'nobody') != 'customer'
        and not (coalesce(cancelled_by, 'nobody') = 'platform' and paid_at is null)

),

lines as (

    select
        wanted_orders.order_id,
        order_lines.line_number,
        wanted_orders.store_id,
        wanted_orders.fulfilling_location_id,
        order_lines.sku_id,
        wanted_orders.customer_token,
        wanted_orders.placed_at,
        -- Packs are whole: of one pack half paid back, one was wanted.
        {{ rounded_integer('order_lines.quantity * (1 - least(wanted_orders.refunded_share, 1))') }} as demand_quantity,
        coalesce(order_lines.discount_yuan, 0) > 0 as is_discounted,
        coalesce(
            wanted_orders.cancelled_by = 'chain' and wanted_orders.cancel_reason = 'out_of_stock', false
        ) as is_cancelled_for_want_of_stock,
        order_lines.placed_on
    from wanted_orders
    inner join order_lines
        on
            wanted_orders.order_id = order_lines.order_id
            and wanted_orders.placed_on = order_lines.placed_on

),

-- A pair may be ranged in several stretches; of two that overlap one is enough.
placed as (

    select
        lines.order_id,
        lines.line_number,
        lines.store_id,
        lines.fulfilling_location_id,
        lines.sku_id,
        lines.customer_token,
        lines.placed_at,
        lines.demand_quantity,
        lines.is_discounted,
        lines.is_cancelled_for_want_of_stock,
        lines.placed_on,
        count(ranges.sku_id) > 0 as is_ranged_where_ordered
    from lines
    left join ranges
        on
            lines.store_id = ranges.location_id
            and lines.sku_id = ranges.sku_id
            and lines.placed_on >= ranges.ranged_from
            and (lines.placed_on <= ranges.ranged_to or ranges.ranged_to is null)
    group by all

),

final as (

    select
        order_id,
        line_number,
        case when is_ranged_where_ordered then store_id else coalesce(fulfilling_location_id, store_id) end
            as location_id,
        sku_id,
        customer_token,
        placed_at,
        demand_quantity,
        is_discounted,
        is_cancelled_for_want_of_stock,
        placed_on
    from placed
    where demand_quantity > 0

)

select * from final
