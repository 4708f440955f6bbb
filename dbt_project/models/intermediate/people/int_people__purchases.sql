{{ config(materialized='table') }}

with order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

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

-- An order that carries only what several persons use, such as the phone of a household, is nobody's.
persons_orders as (

    select
        order_facts.*,
        person_identifiers.person_token
    from order_facts
    inner join person_identifiers on order_facts.customer_token = person_identifiers.identifier_token
    where
        order_facts.is_completed
        and person_identifiers.person_token is not null

),

-- An order is judged by what came before it, so that no history knows its future.
chronic_days as (

    select
        persons_orders.person_token,
        line_facts.sku_id,
        persons_orders.placed_on,
        row_number() over (
            partition by persons_orders.person_token, line_facts.sku_id order by persons_orders.placed_on nulls last
        ) - 1 as earlier_day_count
    from persons_orders
    inner join line_facts
        on
            persons_orders.order_id = line_facts.order_id
            and persons_orders.placed_on = line_facts.placed_on
    inner join chronic_skus on line_facts.sku_id = chronic_skus.sku_id
    group by persons_orders.person_token, line_facts.sku_id, persons_orders.placed_on

),

refill_orders as (

    select distinct line_facts.order_id
    from persons_orders
    inner join line_facts
        on
            persons_orders.order_id = line_facts.order_id
            and persons_orders.placed_on = line_facts.placed_on
    inner join chronic_days
        on
            persons_orders.person_token = chronic_days.person_token
            and line_facts.sku_id = chronic_days.sku_id
            and persons_orders.placed_on = chronic_days.placed_on
    cross join parameters
    where chronic_days.earlier_day_count >= parameters.refill_earlier_days

),

final as (

    select
        persons_orders.order_id,
        persons_orders.person_token,
        case when refill_orders.order_id is not null then 'refill' else 'everyday' end as purchase_stream,
        persons_orders.net_sales_yuan - persons_orders.cost_yuan as margin_yuan,
        persons_orders.placed_on
    from persons_orders
    cross join as_of
    left join refill_orders on persons_orders.order_id = refill_orders.order_id
    where persons_orders.placed_on <= as_of.as_of_date

)

select * from final
