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

locations as (

    select * from {{ ref('int_reference__locations') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

lead_times as (

    select * from {{ ref('int_supply__lead_times') }}

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

-- The sample of the back-test is drawn by a digest of the key: the same series whatever else is in the table.
series as (

    select
        lead_times.location_id,
        lead_times.sku_id,
        lead_times.protection_days,
        locations.region_zh,
        coalesce(products.atc_class, 'none') as atc_class,
        row_number() over (
            order by
                md5(lead_times.location_id || ' ' || lead_times.sku_id) nulls last,
                lead_times.location_id nulls last,
                lead_times.sku_id nulls last
        ) <= parameters.backtest_series as is_backtested
    from lead_times
    inner join locations on lead_times.location_id = locations.location_id
    inner join products on lead_times.sku_id = products.sku_id
    cross join parameters
    where locations.location_kind = 'store'

),

-- What a day can be compared by: how much of its usual demand found stock, and how its weekday, the flu and a promotion
-- lift it.
final as (

    select
        demand.location_id,
        demand.sku_id,
        cast(demand.demand_quantity as double) as demand_quantity,
        demand.is_censored,
        coalesce(profiles.day_factor, 1)
        * case when demand.is_promoted then coalesce(lifts.lift, 1) else 1 end as day_factor,
        case when demand.is_censored then coalesce(stockouts.available_share, 0) else 1 end as available_share,
        {{ days_between('bounds.first_demand_date', 'demand.demand_date') }} + 1 as day_position,
        series.protection_days,
        series.region_zh,
        series.atc_class,
        series.is_backtested,
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
