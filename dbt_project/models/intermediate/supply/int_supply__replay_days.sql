{{ config(materialized='table') }}

with series as (

    select * from {{ ref('int_supply__replay_series') }}

),

replay_window as (

    select * from {{ ref('int_supply__replay_window') }}

),

positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

demand as (

    select * from {{ ref('int_supply__demand_daily') }}

),

spine as (

    {{ day_spine(
        '(select window_first_date from replay_window)', '(select window_last_date from replay_window)', 'business_date'
    ) }}

),

final as (

    select
        series.location_id,
        series.sku_id,
        cast(coalesce(demand.demand_quantity, 0) as double) as demand_quantity,
        -- What came in within the first lead time had been ordered before the window began: no policy can undo it.
        cast(case
            when
                {{ days_between('replay_window.window_first_date', 'spine.business_date') }}
                < {{ rounded_integer('series.lead_time_days') }}
                then coalesce(positions.received_quantity, 0)
            else 0
        end as bigint) as arriving_quantity,
        spine.business_date
    from series
    cross join replay_window
    cross join spine
    left join positions
        on
            series.location_id = positions.location_id
            and series.sku_id = positions.sku_id
            and spine.business_date = positions.business_date
    left join demand
        on
            series.location_id = demand.location_id
            and series.sku_id = demand.sku_id
            and spine.business_date = demand.demand_date

)

select * from final
