with demand as (

    select * from {{ ref('int_supply__demand_daily') }}

),

stockouts as (

    select * from {{ ref('int_supply__stockout_days') }}

),

profiles as (

    select * from {{ ref('int_supply__demand_profiles') }}

),

lifts as (

    select * from {{ ref('int_supply__promotion_lifts') }}

),

series as (

    select * from {{ ref('int_supply__forecast_series') }}

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

-- What a day can be compared by: how much of its usual demand found stock, and how its weekday, the flu and a promotion
-- lift it.
final as (

    select
        demand.location_id,
        demand.sku_id,
        series.series_number,
        cast(demand.demand_quantity as double) as demand_quantity,
        demand.is_censored,
        coalesce(profiles.day_factor, 1)
        * case when demand.is_promoted then coalesce(lifts.lift, 1) else 1 end as day_factor,
        case when demand.is_censored then coalesce(stockouts.available_share, 0) else 1 end as available_share,
        {{ days_between('bounds.first_demand_date', 'demand.demand_date') }} + 1 as day_position,
        demand.demand_date
    from demand
    cross join bounds
    inner join series
        on
            demand.location_id = series.location_id
            and demand.sku_id = series.sku_id
    left join stockouts
        on
            demand.is_censored
            and demand.location_id = stockouts.location_id
            and demand.sku_id = stockouts.sku_id
            and demand.demand_date = stockouts.business_date
    left join profiles
        on
            series.atc_class = profiles.atc_class
            and series.region_zh = profiles.region_zh
            and {{ week_start('demand.demand_date') }} = profiles.anchor_date
            and demand.demand_date = profiles.demand_date
    left join lifts
        on
            demand.is_promoted
            and series.atc_class = lifts.atc_class
            and {{ week_start('demand.demand_date') }} = lifts.anchor_date
    where demand.demand_date >= bounds.first_demand_date

)

select * from final
