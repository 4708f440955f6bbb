{{ config(materialized='table') }}

with lot_days as (

    select * from {{ ref('int_supply__lot_days') }}

),

series as (

    select * from {{ ref('int_supply__replay_series') }}

),

replay_window as (

    select * from {{ ref('int_supply__replay_window') }}

),

final as (

    select
        lot_days.location_id,
        lot_days.sku_id,
        lot_days.expiry_date,
        cast(sum(lot_days.net_quantity) as bigint) as quantity
    from lot_days
    cross join replay_window
    inner join series
        on
            lot_days.location_id = series.location_id
            and lot_days.sku_id = series.sku_id
    where
        lot_days.moved_on < replay_window.window_first_date
        and lot_days.expiry_date >= replay_window.window_first_date
    group by lot_days.location_id, lot_days.sku_id, lot_days.expiry_date

)

select * from final
