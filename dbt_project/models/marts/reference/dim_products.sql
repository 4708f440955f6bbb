with products as (

    select * from {{ ref('int_reference__products') }}

),

final as (

    select
        cast(sku_id as string) as sku_id,
        cast(product_name_zh as string) as product_name_zh,
        cast(product_name_en as string) as product_name_en,
        cast(atc_code as string) as atc_code,
        cast(atc_class as string) as atc_class,
        cast(prescription_class as string) as prescription_class,
        cast(storage_class as string) as storage_class,
        cast(special_class as string) as special_class,
        cast(shelf_life_days as integer) as shelf_life_days,
        cast(pack_size as string) as pack_size,
        cast(order_multiple_quantity as integer) as order_multiple_quantity,
        cast(minimum_order_quantity as integer) as minimum_order_quantity,
        cast(supplier_id as string) as supplier_id,
        cast(unit_cost_yuan as decimal(18, 2)) as unit_cost_yuan,
        cast(list_price_yuan as decimal(18, 2)) as list_price_yuan,
        cast(is_online_banned as boolean) as is_online_banned,
        cast(is_reimbursed as boolean) as is_reimbursed
    from products

)

select * from final
