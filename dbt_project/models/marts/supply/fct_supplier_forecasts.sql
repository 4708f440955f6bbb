with forecasts as (

    select * from {{ ref('int_supply__demand_forecasts') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

deliveries as (

    select * from {{ ref('int_supply__supplier_deliveries') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

-- As decimals, so that the sum over stores is the same in any order.
chain_demand as (

    select
        forecasts.sku_id,
        sum({{ rounded_decimal('forecasts.expected_daily_quantity', 18, 6) }}) as expected_daily_quantity
    from forecasts
    inner join as_of on forecasts.forecast_date = as_of.as_of_date
    group by forecasts.sku_id

),

ordered as (

    select
        deliveries.sku_id,
        deliveries.supplier_id,
        sum(deliveries.ordered_quantity) as ordered_quantity
    from deliveries
    cross join parameters
    cross join as_of
    where deliveries.ordered_on > {{ add_days('as_of.as_of_date', '-parameters.supply_share_days') }}
    group by deliveries.sku_id, deliveries.supplier_id

),

-- Without any order of late, the supplier of the product master has the whole.
supplied as (

    select
        sku_id,
        supplier_id,
        ordered_quantity
    from ordered
    union all
    select
        products.sku_id,
        products.supplier_id,
        1 as ordered_quantity
    from products
    left join ordered on products.sku_id = ordered.sku_id
    where
        ordered.sku_id is null
        and products.supplier_id is not null

),

shares as (

    select
        sku_id,
        supplier_id,
        {{ safe_ratio('ordered_quantity', 'sum(ordered_quantity) over (partition by sku_id)') }} as supply_share
    from supplied

),

week_numbers as (

    {{ number_spine('1', '(select cast(supplier_forecast_weeks as integer) from parameters)', 'week_number') }}

),

-- Whole weeks, from the first Monday after the as-of day.
weeks as (

    select
        week_numbers.week_number,
        {{ add_days(week_start('as_of.as_of_date'), '7 * week_numbers.week_number') }} as week_start_date
    from week_numbers
    cross join as_of

),

weekly as (

    select
        shares.supplier_id,
        shares.sku_id,
        shares.supply_share,
        cast(chain_demand.expected_daily_quantity as double) * 7 * shares.supply_share as weekly_quantity
    from chain_demand
    inner join shares on chain_demand.sku_id = shares.sku_id

),

-- Whole packs of the sum so far, so that what is wanted once a month is not rounded away week by week.
final as (

    select
        cast(weekly.supplier_id as string) as supplier_id,
        cast(weekly.sku_id as string) as sku_id,
        cast(products.product_name_zh as string) as product_name_zh,
        cast(products.product_name_en as string) as product_name_en,
        cast(products.pack_size as string) as pack_size,
        cast(weeks.week_start_date as date) as week_start_date,
        cast(weekly.supply_share as double) as supply_share,
        {{ rounded_integer('weekly.weekly_quantity * weeks.week_number') }}
        - {{ rounded_integer('weekly.weekly_quantity * (weeks.week_number - 1)') }} as forecast_quantity,
        cast(as_of.as_of_date as date) as as_of_date
    from weekly
    inner join products on weekly.sku_id = products.sku_id
    cross join weeks
    cross join as_of

)

select * from final
