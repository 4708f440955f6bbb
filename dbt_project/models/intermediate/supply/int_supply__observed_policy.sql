{{ config(materialized='table') }}

{#- What happened in the window, in the terms of the replay: the same series, the same demand. -#}
with series as (

    select * from {{ ref('int_supply__replay_series') }}

),

days as (

    select * from {{ ref('int_supply__replay_days') }}

),

replay_window as (

    select * from {{ ref('int_supply__replay_window') }}

),

positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

lot_days as (

    select * from {{ ref('int_supply__lot_days') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

wanted as (

    select
        location_id,
        sku_id,
        sum(demand_quantity) as demand_quantity
    from days
    group by location_id, sku_id

),

held as (

    select
        positions.location_id,
        positions.sku_id,
        sum(positions.sold_quantity) as sold_quantity,
        sum(positions.received_quantity) as received_quantity,
        sum(positions.sellable_closing_quantity) as stock_pack_days,
        count(*) filter (where positions.is_stocked_out) as stockout_days,
        count(*) filter (where positions.received_quantity > 0) as order_count
    from positions
    inner join replay_window
        on positions.business_date between replay_window.window_first_date and replay_window.window_last_date
    group by positions.location_id, positions.sku_id

),

-- Written off is what its last day, before the window's, left unsold, whenever somebody cleared the shelf.
lots_past as (

    select
        lot_days.location_id,
        lot_days.sku_id,
        lot_days.lot_id,
        greatest(sum(lot_days.net_quantity), 0) as wasted_quantity
    from lot_days
    inner join replay_window
        on
            lot_days.expiry_date >= replay_window.window_first_date
            and lot_days.expiry_date < replay_window.window_last_date
            and lot_days.moved_on <= lot_days.expiry_date
    group by lot_days.location_id, lot_days.sku_id, lot_days.lot_id, lot_days.expiry_date

),

wasted as (

    select
        location_id,
        sku_id,
        sum(wasted_quantity) as wasted_quantity
    from lots_past
    group by location_id, sku_id

),

final as (

    select
        'observed' as policy_code,
        series.location_id,
        series.sku_id,
        -- Nobody wrote down what stores would have asked of a distribution centre.
        case when locations.location_kind = 'store' then {{ rounded_integer('wanted.demand_quantity') }} end
            as demand_quantity,
        case when locations.location_kind = 'store' then held.sold_quantity end as sold_quantity,
        coalesce(wasted.wasted_quantity, 0) as wasted_quantity,
        held.stockout_days,
        held.stock_pack_days,
        held.order_count,
        held.received_quantity as ordered_quantity
    from series
    inner join locations on series.location_id = locations.location_id
    inner join wanted
        on
            series.location_id = wanted.location_id
            and series.sku_id = wanted.sku_id
    inner join held
        on
            series.location_id = held.location_id
            and series.sku_id = held.sku_id
    left join wasted
        on
            series.location_id = wasted.location_id
            and series.sku_id = wasted.sku_id

)

select * from final
