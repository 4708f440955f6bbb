{{ config(**incremental_from_day('demand_date', 'int_supply__first_touched_demand_day')) }}

with lines as (

    select *
    from {{ ref('int_supply__demand_lines') }}
    where {{ is_day_from_first_touched('placed_on', ref('int_supply__first_touched_demand_day'), 'demand_date') }}

),

positions as (

    select *
    from {{ ref('int_supply__stock_positions') }}
    where {{ is_day_from_first_touched('business_date', ref('int_supply__first_touched_demand_day'), 'demand_date') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

demanded as (

    select
        location_id,
        sku_id,
        placed_on,
        sum(demand_quantity) as demand_quantity
    from lines
    group by location_id, sku_id, placed_on

),

-- A promotion is known by its discounts. Stores of a region share their promotions, so that a day without a sale in one
-- store is known from its neighbours.
promoted as (

    select
        coalesce(locations.region_zh, 'none') as region_zh,
        lines.sku_id,
        lines.placed_on
    from lines
    inner join locations on lines.location_id = locations.location_id
    cross join parameters
    group by coalesce(locations.region_zh, 'none'), lines.sku_id, lines.placed_on, parameters.promoted_line_share
    having
        {{ safe_ratio('count(*) filter (where lines.is_discounted)', 'count(*)') }} >= parameters.promoted_line_share

),

final as (

    select
        positions.location_id,
        positions.sku_id,
        cast(coalesce(demanded.demand_quantity, 0) as bigint) as demand_quantity,
        positions.is_stocked_out as is_censored,
        promoted.sku_id is not null as is_promoted,
        positions.business_date as demand_date
    from positions
    inner join locations on positions.location_id = locations.location_id
    left join demanded
        on
            positions.location_id = demanded.location_id
            and positions.sku_id = demanded.sku_id
            and positions.business_date = demanded.placed_on
    left join promoted
        on
            coalesce(locations.region_zh, 'none') = promoted.region_zh
            and positions.sku_id = promoted.sku_id
            and positions.business_date = promoted.placed_on
    where
        positions.is_ranged
        and locations.location_kind = 'store'

)

select * from final
