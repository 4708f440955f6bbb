{{ config(materialized='table') }}

with touched_order_days as (

    select * from {{ ref('int_orders__touched_days') }}

),

touched_log_days as (

    select * from {{ ref('int_climate__delivery_touched_days') }}

),

touched_claims as (

    select * from {{ ref('stg_delivery_claims__touched_orders') }}

),

reclassified_products as (

    select * from {{ ref('stg_products__reclassified') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

final as (

    select touched_day
    from touched_order_days
    union
    select touched_day
    from touched_log_days
    union
    select placed_on as touched_day
    from orders
    where order_id in (select order_id from touched_claims)
    union
    select placed_on as touched_day
    from order_lines
    where sku_id in (select sku_id from reclassified_products)

)

select * from final
