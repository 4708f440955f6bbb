{{ config(materialized='table') }}

{#- How much an order overshoots the stock that it empties. The last packs meet an order of length-biased size, of
    which on the mean (E[S^2] / E[S] - 1) / 2 packs find nothing: the excess of a renewal process over a level, for
    whole sizes (Cox 1962, Renewal Theory, 5.4). -#}
with lines as (

    select * from {{ ref('int_supply__demand_lines') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

-- One order may take its packs from several lots.
orders as (

    select
        lines.order_id,
        lines.sku_id,
        sum(lines.demand_quantity) as order_quantity
    from lines
    cross join as_of
    cross join parameters
    where
        lines.placed_on > {{ add_days('as_of.as_of_date', '-parameters.demand_history_days') }}
        and lines.placed_on <= as_of.as_of_date
    group by lines.order_id, lines.sku_id

),

final as (

    select
        sku_id,
        count(*) as order_count,
        {{ safe_ratio('sum(order_quantity * order_quantity) - sum(order_quantity)', '2 * sum(order_quantity)') }}
            as excess_quantity
    from orders
    group by sku_id

)

select * from final
