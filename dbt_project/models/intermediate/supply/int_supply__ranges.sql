{{ config(materialized='table') }}

with ranges as (

    select * from {{ ref('stg_assortment__ranges') }}

),

final as (

    select
        location_id,
        sku_id,
        ranged_from,
        ranged_to,
        cast(shelf_capacity_quantity as bigint) as shelf_capacity_quantity,
        -- The levels by which the ERP orders, whatever the platform's own policy says.
        cast(reorder_point as bigint) as erp_reorder_point_quantity,
        cast(order_up_to as bigint) as erp_order_up_to_quantity
    from ranges

)

select * from final
