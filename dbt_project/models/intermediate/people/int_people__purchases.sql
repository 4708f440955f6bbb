{{ config(materialized='table') }}

with order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

line_facts as (

    select * from {{ ref('int_orders__line_facts') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

chronic_medicine_classes as (

    select * from {{ ref('chronic_medicine_classes') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

chronic_skus as (

    select distinct products.sku_id
    from products
    inner join chronic_medicine_classes
        on substr(products.atc_code, 1, length(chronic_medicine_classes.atc_prefix)) = chronic_medicine_classes.atc_prefix
    cross join as_of
    where chronic_medicine_classes.valid_from <= as_of.as_of_date

),

refill_orders as (

    select distinct
        line_facts.order_id,
        line_facts.placed_on
    from line_facts
    inner join chronic_skus on line_facts.sku_id = chronic_skus.sku_id

),

final as (

    select
        order_facts.order_id,
        order_facts.customer_token,
        case when refill_orders.order_id is not null then 'refill' else 'everyday' end as purchase_stream,
        order_facts.net_sales_yuan - order_facts.cost_yuan as margin_yuan,
        order_facts.placed_on
    from order_facts
    cross join as_of
    left join refill_orders
        on
            order_facts.order_id = refill_orders.order_id
            and order_facts.placed_on = refill_orders.placed_on
    where
        order_facts.is_completed
        and order_facts.customer_token is not null
        and order_facts.placed_on <= as_of.as_of_date

)

select * from final
