with versions as (

    select * from {{ ref('stg_purchase_orders__versions') }}

),

final as (

    select
        purchase_order_line_id,
        purchase_order_id,
        supplier_id,
        location_id,
        sku_id,
        ordered_quantity,
        unit_price_yuan,
        ordered_at,
        promised_dispatch_on,
        promised_receipt_on,
        dispatched_at,
        dispatched_quantity,
        received_at,
        received_quantity,
        cancelled_at,
        updated_at,
        ordered_on
    from versions
    where is_current

)

select * from final
