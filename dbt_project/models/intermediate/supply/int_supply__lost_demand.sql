{{ config(materialized='table') }}

{#- Demand that found no stock is what the series usually asks for in the hours without: its discounted mean is
    packs over exposure, so that a day cut short counts for the part of it that was open, which estimates the rate
    of a Poisson process watched until its stock runs out without bias (the ratio of events to time is its maximum
    likelihood). The order that took the last pack may have asked for more; and what the chain cancelled because it
    had none is known to the pack. -#}
with exposures as (

    select * from {{ ref('int_supply__demand_exposures') }}

),

series as (

    select * from {{ ref('int_supply__forecast_series') }}

),

stockouts as (

    select * from {{ ref('int_supply__stockout_days') }}

),

sizes as (

    select * from {{ ref('int_supply__order_sizes') }}

),

lines as (

    select * from {{ ref('int_supply__demand_lines') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

weighted as (

    select
        exposures.location_id,
        exposures.sku_id,
        exposures.series_number,
        series.region_zh,
        exposures.is_censored,
        exposures.demand_quantity,
        exposures.day_factor * exposures.available_share as exposure,
        exposures.day_factor * (1 - exposures.available_share) as missing_exposure,
        {{ power('1 - parameters.slow_alpha', '-exposures.day_position') }} as day_weight,
        {{ power('1 - parameters.slow_alpha', 'exposures.day_position') }} as weight_scale,
        exposures.demand_date
    from exposures
    cross join parameters
    inner join series on exposures.series_number = series.series_number

),

-- Most series were never out of stock, and these hide nothing.
interrupted_series as (

    select distinct series_number
    from weighted
    where is_censored

),

watched as (

    select
        weighted.location_id,
        weighted.sku_id,
        weighted.region_zh,
        weighted.is_censored,
        weighted.missing_exposure,
        weighted.weight_scale * sum(weighted.day_weight * weighted.demand_quantity) over series_so_far as quantity,
        weighted.weight_scale * sum(weighted.day_weight * weighted.exposure) over series_so_far as exposure,
        weighted.demand_date
    from weighted
    inner join interrupted_series on weighted.series_number = interrupted_series.series_number
    window
        series_so_far as (
            partition by weighted.series_number order by weighted.demand_date nulls last
            rows between unbounded preceding and current row
        )

),

-- A series that sold out early was watched for a short and busy while; peers keep its rate from being taken for that:
-- the SKU in the region, times how busy the store is beside the others for what it ranges.
sku_days as (

    select
        sku_id,
        region_zh,
        demand_date,
        {{ exact_sum('day_weight * demand_quantity') }} as quantity,
        {{ exact_sum('day_weight * exposure') }} as exposure
    from weighted
    group by sku_id, region_zh, demand_date

),

sku_rates as (

    select
        sku_id,
        region_zh,
        demand_date,
        {{ safe_ratio('sum(quantity) over sku_so_far', 'sum(exposure) over sku_so_far') }} as daily_quantity
    from sku_days
    window
        sku_so_far as (
            partition by sku_id, region_zh order by demand_date nulls last
            rows between unbounded preceding and current row
        )

),

store_days as (

    select
        weighted.location_id,
        weighted.demand_date,
        {{ exact_sum('weighted.day_weight * weighted.demand_quantity') }} as quantity,
        {{ exact_sum('weighted.day_weight * weighted.exposure * sku_rates.daily_quantity') }} as expected_quantity
    from weighted
    inner join sku_rates
        on
            weighted.sku_id = sku_rates.sku_id
            and weighted.region_zh = sku_rates.region_zh
            and weighted.demand_date = sku_rates.demand_date
    group by weighted.location_id, weighted.demand_date

),

store_factors as (

    select
        location_id,
        demand_date,
        {{ safe_ratio('sum(quantity) over store_so_far', 'sum(expected_quantity) over store_so_far') }} as store_factor
    from store_days
    window
        store_so_far as (
            partition by location_id order by demand_date nulls last
            rows between unbounded preceding and current row
        )

),

rated as (

    select
        watched.location_id,
        watched.sku_id,
        watched.missing_exposure,
        {{ safe_ratio(
            'watched.quantity
            + parameters.pooling_days * coalesce(store_factors.store_factor * sku_rates.daily_quantity, 0)',
            'watched.exposure + parameters.pooling_days'
        ) }} as daily_quantity,
        watched.demand_date
    from watched
    cross join parameters
    inner join sku_rates
        on
            watched.sku_id = sku_rates.sku_id
            and watched.region_zh = sku_rates.region_zh
            and watched.demand_date = sku_rates.demand_date
    inner join store_factors
        on
            watched.location_id = store_factors.location_id
            and watched.demand_date = store_factors.demand_date
    where watched.is_censored

),

unseen as (

    select
        rated.location_id,
        rated.sku_id,
        coalesce(rated.daily_quantity * rated.missing_exposure, 0)
        + coalesce(stockouts.sold_out_count * sizes.excess_quantity, 0) as unseen_quantity,
        0 as cancelled_quantity,
        rated.demand_date as business_date
    from rated
    left join stockouts
        on
            rated.location_id = stockouts.location_id
            and rated.sku_id = stockouts.sku_id
            and rated.demand_date = stockouts.business_date
    left join sizes on rated.sku_id = sizes.sku_id

),

cancelled as (

    select
        lines.location_id,
        lines.sku_id,
        cast(0 as double) as unseen_quantity,
        sum(lines.demand_quantity) as cancelled_quantity,
        lines.placed_on as business_date
    from lines
    where
        lines.is_cancelled_for_want_of_stock
        and lines.placed_on >= (select min(demand_date) from store_days)
    group by lines.location_id, lines.sku_id, lines.placed_on

),

lost as (

    select * from unseen
    union all
    select * from cancelled

),

final as (

    select
        lost.location_id,
        lost.sku_id,
        {{ exact_sum('lost.unseen_quantity') }} as unseen_quantity,
        cast(sum(lost.cancelled_quantity) as bigint) as cancelled_quantity,
        {{ exact_sum('lost.unseen_quantity + lost.cancelled_quantity') }} as lost_quantity,
        {{ exact_sum('(lost.unseen_quantity + lost.cancelled_quantity) * products.list_price_yuan') }}
            as lost_sales_yuan,
        lost.business_date
    from lost
    inner join products on lost.sku_id = products.sku_id
    group by lost.location_id, lost.sku_id, lost.business_date

)

select * from final
