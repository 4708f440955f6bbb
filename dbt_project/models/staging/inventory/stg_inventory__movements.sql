with versions as (

    select * from {{ ref('stg_inventory__versions') }}

),

final as (

    select
        movement_id,
        movement_kind,
        location_id,
        sku_id,
        lot_id,
        expiry_date,
        quantity,
        unit_cost_yuan,
        occurred_at,
        order_id,
        counterparty_location_id,
        purchase_order_line_id,
        updated_at,
        moved_on
    from versions
    where is_current

)

select * from final
