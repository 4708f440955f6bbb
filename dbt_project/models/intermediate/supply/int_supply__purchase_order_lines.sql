with lines as (

    select * from {{ ref('stg_purchase_orders__lines') }}

),

final as (

    select
        purchase_order_line_id,
        purchase_order_id,
        supplier_id,
        location_id,
        sku_id,
        cast(ordered_quantity as bigint) as ordered_quantity,
        cast(unit_price_yuan as decimal(18, 2)) as unit_price_yuan,
        ordered_at,
        promised_dispatch_on,
        promised_receipt_on,
        dispatched_at,
        cast(dispatched_quantity as bigint) as dispatched_quantity,
        received_at,
        cast(received_quantity as bigint) as received_quantity,
        cancelled_at,
        ordered_on
    from lines

)

select * from final
