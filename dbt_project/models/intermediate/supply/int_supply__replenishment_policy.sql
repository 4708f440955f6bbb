{{ config(materialized='table') }}

{#- Stock levels to order by, for every day of the forecasts' window, from what was known at its close. Never reads
    stock, so that a replay of past days can follow the policy whatever stock it meets. -#}
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

    select * from {{ ref('int_supply__service_levels') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

scores as (

    select * from {{ ref('int_supply__forecast_scores') }}

),

store_demand as (

    select
        location_id,
        sku_id,
        forecast_date as business_date,
        protection_days,
        expected_daily_quantity,
        expected_quantity,
        demand_sd_quantity,
        quantile_50_quantity,
        quantile_80_quantity,
        quantile_90_quantity,
        quantile_95_quantity,
        quantile_975_quantity
    from demand_forecasts

),

-- What a distribution centre has to send is what its stores sell, each store and day independent of the others.
summed_demand as (

    select
        supplied_stores.location_id,
        store_demand.sku_id,
        store_demand.business_date,
        {{ exact_sum('store_demand.expected_daily_quantity') }} as expected_daily_quantity,
        {{ exact_sum(safe_ratio(
            'store_demand.demand_sd_quantity * store_demand.demand_sd_quantity', 'store_demand.protection_days'
        )) }} as daily_variance
    from store_demand
    inner join supplied_stores on store_demand.location_id = supplied_stores.store_id
    where supplied_stores.location_id != supplied_stores.store_id
    group by supplied_stores.location_id, store_demand.sku_id, store_demand.business_date

),

centre_demand as (

    select
        summed_demand.location_id,
        summed_demand.sku_id,
        summed_demand.business_date,
        lead_times.protection_days,
        summed_demand.expected_daily_quantity,
        lead_times.protection_days * summed_demand.expected_daily_quantity as expected_quantity,
        {{ square_root('lead_times.protection_days * summed_demand.daily_variance') }} as demand_sd_quantity
    from summed_demand
    inner join lead_times
        on
            summed_demand.location_id = lead_times.location_id
            and summed_demand.sku_id = lead_times.sku_id

),

-- A sum over many stores and days is close to normal.
centre_quantiles as (

    select
        {% for step in ['50', '80', '90', '95', '975'] -%}
        greatest(
            centre_demand.expected_quantity + scores.score_{{ step }} * centre_demand.demand_sd_quantity, 0
        ) as quantile_{{ step }}_quantity,
        {% endfor -%}
        centre_demand.*
    from centre_demand
    cross join scores

),

demand as (

    select * from store_demand
    union all
    select
        location_id,
        sku_id,
        business_date,
        protection_days,
        expected_daily_quantity,
        expected_quantity,
        demand_sd_quantity,
        quantile_50_quantity,
        quantile_80_quantity,
        quantile_90_quantity,
        quantile_95_quantity,
        quantile_975_quantity
    from centre_quantiles

),

-- Each step of the distribution, with the lead time's own variance added.
protected as (

    select
        demand.location_id,
        demand.sku_id,
        demand.business_date,
        lead_times.source_location_id,
        lead_times.supplier_id,
        lead_times.lead_time_days,
        lead_times.review_days,
        demand.protection_days,
        demand.expected_daily_quantity,
        demand.expected_quantity,
        {{ square_root(protected_variance(
            'demand.demand_sd_quantity * demand.demand_sd_quantity',
            'demand.expected_daily_quantity',
            'lead_times.lead_time_sd_days'
        )) }} as demand_sd_quantity,
        demand.quantile_50_quantity,
        {% for step in ['80', '90', '95', '975'] -%}
        {{ protected_quantile(
            'demand.quantile_' ~ step ~ '_quantity',
            'scores.score_' ~ step,
            'demand.expected_quantity',
            'demand.expected_daily_quantity',
            'lead_times.lead_time_sd_days'
        ) }} as quantile_{{ step }}_quantity,
        {% endfor -%}
        scores.*
    from demand
    inner join lead_times
        on
            demand.location_id = lead_times.location_id
            and demand.sku_id = lead_times.sku_id
    cross join scores

),

covered as (

    select
        protected.*,
        service_levels.service_class,
        service_levels.service_level,
        {{ demand_at_score('service_levels.service_score', 'protected.demand_sd_quantity') }} as covered_quantity
    from protected
    inner join service_levels on protected.sku_id = service_levels.sku_id

),

-- No more than the shelf holds and than sells before it expires. Cases and minimum orders are the suppliers'.
bounded as (

    select
        covered.*,
        locations.location_kind,
        case
            when covered.source_location_id is null then coalesce(products.order_multiple_quantity, 1)
            else 1
        end as order_multiple_quantity,
        case
            when covered.source_location_id is null then coalesce(products.minimum_order_quantity, 1)
            else 1
        end as minimum_order_quantity,
        {{ integer_ceiling('parameters.presentation_stock_quantity') }} as presentation_stock_quantity,
        least(
            ranges.shelf_capacity_quantity,
            {{ integer_floor(rounded(
                'covered.expected_daily_quantity * products.shelf_life_days * parameters.usable_shelf_life_share', 6
            )) }}
        ) as sellable_limit_quantity,
        greatest(covered.covered_quantity - covered.expected_quantity, 0) as safety_stock_quantity
    from covered
    inner join locations on covered.location_id = locations.location_id
    inner join products on covered.sku_id = products.sku_id
    inner join ranges
        on
            covered.location_id = ranges.location_id
            and covered.sku_id = ranges.sku_id
            and covered.business_date >= ranges.ranged_from
            and (covered.business_date <= ranges.ranged_to or ranges.ranged_to is null)
    cross join parameters
    qualify
        row_number() over (
            partition by covered.location_id, covered.sku_id, covered.business_date order by ranges.ranged_from desc
        ) = 1

),

-- Ordered is when only the demand of the lead time and the safety stock are left, up to a review time more.
levels as (

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
