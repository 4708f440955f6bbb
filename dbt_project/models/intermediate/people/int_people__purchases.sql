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

parameters as (

    select * from {{ ref('int_people__lifetime_value_parameters') }}

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
    inner join chronic_medicine_classes as classes
        on substr(products.atc_code, 1, length(classes.atc_prefix)) = classes.atc_prefix
    cross join as_of
    where classes.valid_from <= as_of.as_of_date

),

-- An order is judged by what came before it, so that no history knows its future.
chronic_days as (

    select
        order_facts.customer_token,
        line_facts.sku_id,
        order_facts.placed_on,
        row_number() over (
            partition by order_facts.customer_token, line_facts.sku_id order by order_facts.placed_on nulls last
        ) - 1 as earlier_day_count
    from order_facts
    inner join line_facts
        on
            order_facts.order_id = line_facts.order_id
            and order_facts.placed_on = line_facts.placed_on
    inner join chronic_skus on line_facts.sku_id = chronic_skus.sku_id
    where order_facts.is_completed
    group by order_facts.customer_token, line_facts.sku_id, order_facts.placed_on

),

refill_orders as (

    select distinct line_facts.order_id
    from order_facts
    inner join line_facts
        on
            order_facts.order_id = line_facts.order_id
            and order_facts.placed_on = line_facts.placed_on
    inner join chronic_days
        on
            order_facts.customer_token = chronic_days.customer_token
            and line_facts.sku_id = chronic_days.sku_id
            and order_facts.placed_on = chronic_days.placed_on
    cross join parameters
    where chronic_days.earlier_day_count >= parameters.refill_earlier_days

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
    left join refill_orders on order_facts.order_id = refill_orders.order_id
    where
        order_facts.is_completed
        and order_facts.customer_token is not null
        and order_facts.placed_on <= as_of.as_of_date

)

select * from final
