{{ config(materialized='table') }}

with products as (

    select * from {{ ref('stg_products__products') }}

),

final as (

    select
        sku_id,
        product_name_zh,
        product_name_en,
        atc_code,
        -- The first four characters of an ATC code are its third level, the pharmacological subgroup (WHO ATC).
        substr(atc_code, 1, 4) as atc_class,
        prescription_class,
        storage_class,
        special_class,
        shelf_life_days,
        pack_size,
        order_multiple_quantity,
        minimum_order_quantity,
        supplier_id,
        unit_cost_yuan,
        list_price_yuan,
        is_online_banned,
        is_reimbursed
    from products

)

select * from final
