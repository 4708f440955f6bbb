{{ config(materialized='table') }}

{#- Where the stock position does not lie above the reorder point at the close of a day: what to order, and what not
    ordering costs. -#}
with policy as (

    select * from {{ ref('int_supply__replenishment_policy') }}

),

positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

pipeline as (

    select * from {{ ref('int_supply__stock_pipeline') }}

),

phantom_stock as (

    select * from {{ ref('int_supply__phantom_stock') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

scores as (

    select * from {{ ref('int_supply__forecast_scores') }}

),

-- Book stock below zero is a receipt not yet booked; no less than nothing can be sold.
counted as (

    select
        policy.*,
        greatest(positions.sellable_closing_quantity, 0) as on_hand_quantity,
        coalesce(pipeline.on_order_quantity, 0) as on_order_quantity,
        coalesce(pipeline.in_transit_quantity, 0) as in_transit_quantity,
        coalesce(pipeline.reserved_quantity, 0) as reserved_quantity,
        -- No more can be missing than the books say there is.
        least(
            coalesce(phantom_stock.phantom_quantity, 0), greatest(positions.sellable_closing_quantity, 0)
        ) as phantom_quantity
    from policy
    inner join positions
        on
            policy.location_id = positions.location_id
            and policy.sku_id = positions.sku_id
            and policy.business_date = positions.business_date
            and positions.is_ranged
    left join pipeline
        on
            policy.location_id = pipeline.location_id
            and policy.sku_id = pipeline.sku_id
            and policy.business_date = pipeline.business_date
    left join phantom_stock
        on
            policy.location_id = phantom_stock.location_id
            and policy.sku_id = phantom_stock.sku_id
            and policy.business_date = phantom_stock.business_date

),

positioned as (

    select
        *,
        on_hand_quantity + on_order_quantity + in_transit_quantity - reserved_quantity - phantom_quantity
            as stock_position_quantity
    from counted

),

due as (

    select
        positioned.*,
        scores.*,
        {{ score_of_demand('stock_position_quantity', 'demand_sd_quantity') }} as position_score,
        {{ safe_ratio('stock_position_quantity - expected_quantity', 'demand_sd_quantity') }} as loss_score
    from positioned
    cross join scores
    where
        stock_position_quantity <= reorder_point_quantity
        and stock_position_quantity < order_up_to_quantity

),

weighed as (

    select
        *,
        {{ order_quantity(
            'stock_position_quantity',
            'order_up_to_quantity',
            'maximum_stock_quantity',
            'order_multiple_quantity',
            'minimum_order_quantity'
        ) }} as order_quantity,
        {{ excess_probability('stock_position_quantity', 'position_score') }} as stockout_probability,
        {{ expected_shortage(
            'stock_position_quantity', 'loss_score', 'expected_quantity', 'demand_sd_quantity'
        ) }} as expected_short_quantity
    from due

),

final as (

    select
        weighed.location_id,
        weighed.sku_id,
        weighed.source_location_id,
        weighed.supplier_id,
        weighed.service_class,
        weighed.service_level,
        weighed.lead_time_days,
        weighed.review_days,
        weighed.protection_days,
        weighed.expected_daily_quantity,
        weighed.expected_quantity,
        weighed.demand_sd_quantity,
        weighed.quantile_50_quantity,
        weighed.quantile_80_quantity,
        weighed.quantile_90_quantity,
        weighed.quantile_95_quantity,
        weighed.quantile_975_quantity,
        weighed.safety_stock_quantity,
        weighed.reorder_point_quantity,
        weighed.order_up_to_quantity,
        weighed.on_hand_quantity,
        weighed.on_order_quantity,
        weighed.in_transit_quantity,
        weighed.reserved_quantity,
        weighed.phantom_quantity,
        weighed.stock_position_quantity,
        weighed.order_quantity,
        weighed.stockout_probability,
        weighed.expected_short_quantity,
        greatest(products.list_price_yuan - products.unit_cost_yuan, 0) as unit_margin_yuan,
        weighed.business_date
    from weighed
    inner join products on weighed.sku_id = products.sku_id

)

select * from final
