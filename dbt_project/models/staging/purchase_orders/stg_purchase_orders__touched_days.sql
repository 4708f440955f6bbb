{{ config(materialized='table') }}

with line_copies as (

    select * from {{ source('lake', 'purchase_orders') }}

),

supplier_copies as (

    select * from {{ source('lake', 'suppliers') }}

),

store_copies as (

    select * from {{ source('lake', 'stores') }}

),

product_copies as (

    select * from {{ source('lake', 'products') }}

),

new_suppliers as (

    {{ newly_known('supplier_copies', 'supplier_id') }}

),

new_locations as (

    {{ newly_known('store_copies', 'location_id') }}

),

new_products as (

    {{ newly_known('product_copies', 'sku_id') }}

),

final as (

    {{ days_of_touched_records(
        'line_copies', 'purchase_order_line_id', local_date(utc_timestamp('ordered_at')),
        [
            'supplier_id in (select supplier_id from new_suppliers)',
            'location_id in (select location_id from new_locations)',
            'sku_id in (select sku_id from new_products)',
        ]
    ) }}

)

select * from final
