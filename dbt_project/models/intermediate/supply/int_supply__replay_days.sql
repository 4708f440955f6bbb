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

lost_demand as (

    select * from {{ ref('int_supply__lost_demand') }}

),

policy as (

    select * from {{ ref('int_supply__replenishment_policy') }}

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
        -- What is known to have been wanted, and what a shelf that was empty is estimated to have kept out of sight.
        cast(coalesce(demand.demand_quantity, 0) + coalesce(lost_demand.unseen_quantity, 0) as double)
            as demand_quantity,
        -- What came in within the first lead time had been ordered before the window began: no policy can undo it.
        cast(case
            when
                {{ days_between('replay_window.window_first_date', 'spine.business_date') }}
                < {{ rounded_integer('series.lead_time_days') }}
                then coalesce(positions.received_quantity, 0)
            else 0
        end as bigint) as arriving_quantity,
        cast(policy.reorder_point_quantity as bigint) as reorder_point_quantity,
        cast(policy.order_up_to_quantity as bigint) as order_up_to_quantity,
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
    left join lost_demand
        on
            series.location_id = lost_demand.location_id
            and series.sku_id = lost_demand.sku_id
            and spine.business_date = lost_demand.business_date
    left join policy
        on
            series.location_id = policy.location_id
            and series.sku_id = policy.sku_id
            and spine.business_date = policy.business_date

)

select * from final
