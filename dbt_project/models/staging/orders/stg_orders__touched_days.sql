{{ config(materialized='table') }}

with order_copies as (

    select * from {{ source('lake', 'orders') }}

),

line_copies as (

    select * from {{ source('lake', 'order_lines') }}

),

store_copies as (

    select * from {{ source('lake', 'stores') }}

),

product_copies as (

    select * from {{ source('lake', 'products') }}

),

received_orders as (

    select order_id
    from order_copies
    where {{ arrived_in_run() }}

),

-- An order that pointed at nothing known comes in when what it points at arrives.
new_locations as (

    select location_id
    from store_copies
    group by location_id
    having count(*) filter (where not {{ arrived_in_run() }}) = 0

),

new_products as (

    select sku_id
    from product_copies
    group by sku_id
    having count(*) filter (where not {{ arrived_in_run() }}) = 0

),

orders_of_new_locations as (

    select order_id
    from order_copies
    where
        store_id in (select location_id from new_locations)
        or fulfilling_location_id in (select location_id from new_locations)

),

orders_of_new_products as (

    select order_id
    from line_copies
    where sku_id in (select sku_id from new_products)

),

touched_orders as (

    select order_id from received_orders
    union
    select order_id from orders_of_new_locations
    union
    select order_id from orders_of_new_products

),

-- All versions count: a record that moves from one day to another touches both.
final as (

    select distinct {{ local_date(utc_timestamp('placed_at')) }} as touched_day
    from order_copies
    where order_id in (select order_id from touched_orders)

)

select * from final
