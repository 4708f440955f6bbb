{#- A window's sum is the difference of two running sums, so that each day costs one look-up and not a year of rows. -#}
with catalogue as (

    select * from {{ ref('dim_kpis') }}
    where kpi_code = 'inventory_turnover'

),

positions as (

    select * from {{ ref('fct_stock_positions_daily') }}

),

cost_days as (

    select * from {{ ref('int_supply__cost_days') }}

),

locations as (

    select * from {{ ref('dim_stores') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

stock_days as (

    select
        location_id,
        business_date,
        sum(stock_value_yuan) as stock_value_yuan
    from positions
    group by location_id, business_date

),

location_days as (

    select
        locations.location_kind,
        locations.region_zh,
        locations.city_zh,
        stock_days.location_id,
        stock_days.business_date,
        stock_days.stock_value_yuan,
        coalesce(cost_days.sold_cost_yuan, 0) as sold_cost_yuan,
        coalesce(cost_days.sold_cost_squares, 0) as sold_cost_squares
    from stock_days
    inner join locations on stock_days.location_id = locations.store_id
    left join cost_days
        on
            stock_days.location_id = cost_days.location_id
            and stock_days.business_date = cost_days.moved_on

),

-- A distribution centre's stock serves more than the city it stands in: only the chain's figure carries it.
placed as (

    select
        *,
        'store' as grain,
        'all' as area,
        location_id as store_id
    from location_days
    where location_kind = 'store'
    union all
    select
        *,
        'city' as grain,
        city_zh as area,
        'all' as store_id
    from location_days
    where location_kind = 'store'
    union all
    select
        *,
        'region' as grain,
        region_zh as area,
        'all' as store_id
    from location_days
    where location_kind = 'store'
    union all
    select
        *,
        'chain' as grain,
        'all' as area,
        'all' as store_id
    from location_days

),

place_days as (

    select
        grain,
        area,
        store_id,
        business_date,
        sum(stock_value_yuan) as stock_value_yuan,
        sum(sold_cost_yuan) as sold_cost_yuan,
        sum(sold_cost_squares) as sold_cost_squares
    from placed
    group by grain, area, store_id, business_date

),

places as (

    select
        grain,
        area,
        store_id,
        min(business_date) as first_date
    from place_days
    group by grain, area, store_id

),

spine as (

    {{ day_spine('(select min(first_date) from places)', '(select as_of_date from as_of)', 'business_date') }}

),

-- Every day of a place, so that the day before a window is always found.
running as (

    select
        places.grain,
        places.area,
        places.store_id,
        places.first_date,
        spine.business_date,
        sum(coalesce(place_days.stock_value_yuan, 0)) over (
            {{ rows_so_far(['places.grain', 'places.area', 'places.store_id'], ['spine.business_date']) }}
        ) as stock_value_so_far,
        sum(coalesce(place_days.sold_cost_yuan, 0)) over (
            {{ rows_so_far(['places.grain', 'places.area', 'places.store_id'], ['spine.business_date']) }}
        ) as sold_cost_so_far,
        sum(coalesce(place_days.sold_cost_squares, 0)) over (
            {{ rows_so_far(['places.grain', 'places.area', 'places.store_id'], ['spine.business_date']) }}
        ) as squares_so_far
    from places
    inner join spine on places.first_date <= spine.business_date
    left join place_days
        on
            places.grain = place_days.grain
            and places.area = place_days.area
            and places.store_id = place_days.store_id
            and spine.business_date = place_days.business_date

),

windows as (

    select
        running.grain,
        running.area,
        running.store_id,
        running.business_date,
        catalogue.window_days,
        least(
            cast({{ days_between('running.first_date', 'running.business_date') }} + 1 as integer),
            catalogue.window_days
        ) as covered_days,
        running.stock_value_so_far - coalesce(earlier.stock_value_so_far, 0) as stock_value_sum,
        running.sold_cost_so_far - coalesce(earlier.sold_cost_so_far, 0) as sold_cost_yuan,
        running.squares_so_far - coalesce(earlier.squares_so_far, 0) as sold_cost_squares
    from running
    cross join catalogue
    left join running as earlier
        on
            running.grain = earlier.grain
            and running.area = earlier.area
            and running.store_id = earlier.store_id
            and running.business_date = {{ add_days('earlier.business_date', 'catalogue.window_days') }}

),

scaled as (

    select
        *,
        {{ safe_ratio('window_days', 'covered_days') }} as year_factor
    from windows
    -- A place that is gone, and with it its stock, for a whole window has no turnover any more.
    where stock_value_sum != 0

),

final as (

    select
        cast('inventory_turnover' as string) as kpi_code,
        cast(business_date as date) as business_date,
        cast(grain as string) as grain,
        cast(area as string) as area,
        cast(store_id as string) as store_id,
        cast('all' as string) as channel,
        cast(sold_cost_yuan as double) * year_factor as numerator,
        {{ safe_ratio('stock_value_sum', 'covered_days') }} as denominator,
        cast(sold_cost_squares as double) * year_factor * year_factor as numerator_squares,
        cast(covered_days as bigint) as observations,
        cast(false as boolean) as is_suppressed
    from scaled

)

select * from final
