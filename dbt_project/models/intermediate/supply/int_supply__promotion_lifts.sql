{{ config(materialized='table') }}

{#- What a promotion adds, per class: packs wanted under promotion over what the same SKUs sell without one. -#}
with demand as (

    select * from {{ ref('int_supply__demand_daily') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

bounds as (

    select
        {{ add_days(
            'as_of.as_of_date',
            '1 - parameters.forecast_window_days - parameters.demand_history_days'
        ) }} as first_demand_date
    from as_of
    cross join parameters

),

sku_weeks as (

    select
        demand.sku_id,
        locations.region_zh,
        {{ week_start('demand.demand_date') }} as week_start_date,
        count(*) filter (where demand.is_promoted) as promoted_days,
        coalesce(sum(case when demand.is_promoted then demand.demand_quantity end), 0) as promoted_quantity,
        count(*) filter (where not demand.is_promoted) as usual_days,
        coalesce(sum(case when not demand.is_promoted then demand.demand_quantity end), 0) as usual_quantity
    from demand
    cross join bounds
    inner join locations on demand.location_id = locations.location_id
    where
        demand.demand_date >= bounds.first_demand_date
        and not demand.is_censored
    group by demand.sku_id, locations.region_zh, {{ week_start('demand.demand_date') }}

),

running as (

    select
        sku_id,
        {{ add_days('week_start_date', 7) }} as anchor_date,
        sum(promoted_days) over sku_so_far as promoted_days,
        sum(promoted_quantity) over sku_so_far as promoted_quantity,
        sum(usual_days) over sku_so_far as usual_days,
        sum(usual_quantity) over sku_so_far as usual_quantity
    from sku_weeks
    window
        sku_so_far as (
            partition by sku_id, region_zh order by week_start_date nulls last
            rows between unbounded preceding and current row
        )

),

expected as (

    select
        coalesce(products.atc_class, 'none') as atc_class,
        running.anchor_date,
        running.promoted_quantity,
        {{ safe_ratio('running.usual_quantity * running.promoted_days', 'running.usual_days') }} as usual_quantity
    from running
    inner join products on running.sku_id = products.sku_id
    where
        running.promoted_days > 0
        and running.usual_days > 0

),

final as (

    select
        expected.atc_class,
        {{ safe_ratio(
            'sum(expected.promoted_quantity) + max(parameters.promotion_prior_quantity)',
            'sum(expected.usual_quantity) + max(parameters.promotion_prior_quantity)'
        ) }} as lift,
        expected.anchor_date
    from expected
    cross join parameters
    group by expected.atc_class, expected.anchor_date

)

select * from final
