{{ config(materialized='table') }}

with versions as (

    select * from {{ ref('stg_products__versions') }}

),

final as (

    select
        sku_id,
        name_zh as product_name_zh,
        name_en as product_name_en,
        atc_code,
        prescription_class,
        storage_class,
        special_class,
        cast(shelf_life_days as integer) as shelf_life_days,
        cast(pack_size as string) as pack_size,
        cast(order_multiple_quantity as integer) as order_multiple_quantity,
        cast(minimum_order_quantity as integer) as minimum_order_quantity,
        supplier_id,
        unit_cost_yuan,
        list_price_yuan,
        is_online_banned,
        is_reimbursed,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
