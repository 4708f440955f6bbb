{{ config(materialized='table') }}

{#- Who is replayed: what is ranged on the as-of day and was there on the eve of the window, because every policy starts
    from the stock of that evening. -#}
with supplied as (

    select * from {{ ref('int_supply__lead_times') }}

),

ranges as (

    select * from {{ ref('int_supply__ranges') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

lot_days as (

    select * from {{ ref('int_supply__lot_days') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

replay_window as (

    select * from {{ ref('int_supply__replay_window') }}

),

levels as (

    select
        ranges.location_id,
        ranges.sku_id,
        ranges.erp_reorder_point_quantity,
        ranges.erp_order_up_to_quantity,
        row_number() over (
            partition by ranges.location_id, ranges.sku_id order by ranges.ranged_from desc
        ) as recency
    from ranges
    inner join replay_window on ranges.ranged_from <= replay_window.window_last_date

),

-- What left the location in the days before the window: sales of a store, shipments of a distribution centre.
outflow as (

    select
        positions.location_id,
        positions.sku_id,
        {{ safe_ratio('sum(positions.sold_quantity + greatest(-positions.other_quantity, 0))', 'count(*)') }}
            as mean_daily_quantity
    from positions
    inner join replay_window on positions.business_date < replay_window.window_first_date
    group by positions.location_id, positions.sku_id

),

lots as (

    select
        location_id,
        sku_id,
        lot_id,
        expiry_date,
        min(moved_on) as received_on
    from lot_days
    group by location_id, sku_id, lot_id, expiry_date

),

lives as (

    select
        location_id,
        sku_id,
        {{ integer_floor(safe_ratio('sum(' ~ days_between('received_on', 'expiry_date') ~ ')', 'count(*)')) }}
            as mean_life_days
    from lots
    where expiry_date >= received_on
    group by location_id, sku_id

),

final as (

    select
        supplied.location_id,
        supplied.sku_id,
        supplied.source_location_id,
        supplied.lead_time_days,
        supplied.lead_time_sd_days,
        coalesce(levels.erp_reorder_point_quantity, {{ integer_ceiling(
            'outflow.mean_daily_quantity
            * (supplied.lead_time_days + supplied.review_days + parameters.minmax_safety_days)'
        ) }}) as erp_reorder_point_quantity,
        coalesce(levels.erp_order_up_to_quantity, {{ integer_ceiling(
            'outflow.mean_daily_quantity
            * (supplied.lead_time_days + supplied.review_days + parameters.minmax_safety_days
            + parameters.minmax_order_days)'
        ) }}) as erp_order_up_to_quantity,
        -- A product without shelf life outlasts the window.
        cast(coalesce(lives.mean_life_days, products.shelf_life_days, replay_window.window_days) as bigint)
            as life_days,
        -- A supplier sells whole cases; a distribution centre picks single packs.
        cast(case
            when supplied.source_location_id is null then coalesce(products.order_multiple_quantity, 1)
            else 1
        end as bigint) as order_multiple_quantity,
        cast(case
            when supplied.source_location_id is null then coalesce(products.minimum_order_quantity, 1)
            else 1
        end as bigint) as minimum_order_quantity
    from supplied
    cross join replay_window
    cross join parameters
    inner join products on supplied.sku_id = products.sku_id
    inner join positions
        on
            supplied.location_id = positions.location_id
            and supplied.sku_id = positions.sku_id
            and {{ add_days('replay_window.window_first_date', -1) }} = positions.business_date
    inner join outflow
        on
            supplied.location_id = outflow.location_id
            and supplied.sku_id = outflow.sku_id
    left join levels
        on
            supplied.location_id = levels.location_id
            and supplied.sku_id = levels.sku_id
            and levels.recency = 1
    left join lives
        on
            supplied.location_id = lives.location_id
            and supplied.sku_id = lives.sku_id

)

select * from final
