{{ config(materialized='table') }}

with order_copies as (

    select * from {{ source('lake', 'orders') }}

),

line_copies as (

    select * from {{ source('lake', 'order_lines') }}

),

shipment_copies as (

    select * from {{ source('lake', 'order_shipments') }}

),

store_copies as (

    select * from {{ source('lake', 'stores') }}

),

product_copies as (

    select * from {{ source('lake', 'products') }}

),

new_locations as (

    {{ newly_known('store_copies', 'location_id') }}

),

new_products as (

    {{ newly_known('product_copies', 'sku_id') }}

),

orders_of_new_products as (

    select order_id
    from line_copies
    where
        sku_id in (select sku_id from new_products)
        or substituted_for_sku_id in (select sku_id from new_products)

),

orders_shipped_from_new_locations as (

    select order_id
    from shipment_copies
    where location_id in (select location_id from new_locations)

),

final as (

    {{ days_of_touched_records(
        'order_copies', 'order_id', local_date(utc_timestamp('placed_at')),
        [
            'store_id in (select location_id from new_locations)',
            'fulfilling_location_id in (select location_id from new_locations)',
            'order_id in (select order_id from orders_shipped_from_new_locations)',
            'order_id in (select order_id from orders_of_new_products)',
        ]
    ) }}

)

select * from final
