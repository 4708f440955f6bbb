{{ config(materialized='table') }}

{#- Stock levels to order by, for every day of the forecasts' window, from what was known at the close of that day. Never
    reads stock, so that a replay of past days can follow the policy whatever stock it meets. -#}
with demand_forecasts as (

    select * from {{ ref('int_supply__demand_forecasts') }}

),

lead_times as (

    select * from {{ ref('int_supply__lead_times') }}

),

supplied_stores as (

    select * from {{ ref('int_reference__supplied_stores') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

ranges as (

    select * from {{ ref('int_supply__ranges') }}

),

service_levels as (

    select
        *,
        case
            when sellable_limit_quantity is not null then greatest(sellable_limit_quantity, presentation_stock_quantity)
        end as maximum_stock_quantity,
        greatest(
            {{ integer_ceiling(rounded('lead_time_days * expected_daily_quantity + safety_stock_quantity', 6)) }},
            presentation_stock_quantity
        ) as needed_reorder_point_quantity,
        {{ integer_ceiling(rounded('expected_quantity + safety_stock_quantity', 6)) }} as needed_order_up_to_quantity
    from bounded

),

-- least() leaves a bound out that is not known.
capped as (

    select
        *,
        least(
            greatest(needed_order_up_to_quantity, needed_reorder_point_quantity + 1), maximum_stock_quantity
        ) as order_up_to_quantity
    from levels

),

final as (

    select
        location_id,
        sku_id,
        location_kind,
        source_location_id,
        supplier_id,
        service_class,
        service_level,
        lead_time_days,
        review_days,
        protection_days,
        expected_daily_quantity,
        expected_quantity,
        demand_sd_quantity,
        quantile_50_quantity,
        quantile_80_quantity,
        quantile_90_quantity,
        quantile_95_quantity,
        quantile_975_quantity,
        safety_stock_quantity,
        least(needed_reorder_point_quantity, order_up_to_quantity - 1) as reorder_point_quantity,
        order_up_to_quantity,
        maximum_stock_quantity,
        order_multiple_quantity,
        minimum_order_quantity,
        business_date
    from capped

)

select * from final
