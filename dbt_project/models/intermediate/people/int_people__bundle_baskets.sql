{{ config(materialized='table') }}

{#- A table: lines of orders are settled anew at each place where they are read, and this is read four times. Orders of
    strangers count too: an order says what goes together, whoever placed it. -#}
with line_facts as (

    select * from {{ ref('int_orders__line_facts') }}

),

products as (

    select * from {{ ref('int_people__bundle_products') }}

),

parameters as (

    select * from {{ ref('int_people__bundle_parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

final as (

    select distinct
        line_facts.order_id,
        line_facts.sku_id,
        products.item_code
    from line_facts
    cross join parameters
    cross join as_of
    left join products on line_facts.sku_id = products.sku_id
    where
        line_facts.is_completed
        and line_facts.placed_on <= as_of.as_of_date
        and line_facts.placed_on > {{ add_days('as_of.as_of_date', '-parameters.window_days') }}

)

select * from final
