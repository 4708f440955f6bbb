{{ config(materialized='table') }}

with demand_forecasts as (

    select * from {{ ref('int_supply__demand_forecasts') }}

),

demand as (

    select * from {{ ref('int_supply__demand_daily') }}

),

first_days as (

    select min(forecast_date) as first_forecast_date
    from demand_forecasts

),

-- A day that ran out counts with what was still sold: demand was at least that.
summed as (

    select
        demand.location_id,
        demand.sku_id,
        demand.demand_date,
        sum(demand.demand_quantity) over (
            partition by demand.location_id, demand.sku_id
            order by demand.demand_date nulls last
            rows between unbounded preceding and current row
        ) as quantity_so_far
    from demand
    cross join first_days
    where demand.demand_date >= first_days.first_forecast_date

),

followed as (

    select
        demand_forecasts.location_id,
        demand_forecasts.sku_id,
        ended.quantity_so_far - begun.quantity_so_far as recent_quantity,
        demand_forecasts.quantile_95_quantity as surge_bound_quantity,
        ended.demand_date as business_date
    from demand_forecasts
    inner join summed as begun
        on
            demand_forecasts.location_id = begun.location_id
            and demand_forecasts.sku_id = begun.sku_id
            and demand_forecasts.forecast_date = begun.demand_date
    inner join summed as ended
        on
            demand_forecasts.location_id = ended.location_id
            and demand_forecasts.sku_id = ended.sku_id
            and {{ add_days('demand_forecasts.forecast_date', 'demand_forecasts.protection_days') }} = ended.demand_date

),

final as (

    select
        location_id,
        sku_id,
        cast(recent_quantity as bigint) as recent_quantity,
        surge_bound_quantity,
        business_date
    from followed
    where recent_quantity > surge_bound_quantity

)

select * from final
