{{ config(materialized='table') }}

{#- A surge is a run of days whose demand lay above what was to be expected, and the answer to it is that the shelf is
    filled above its reorder point again. The clock runs from the close of the first day, when the surge shows, to the
    receipt that fills the shelf; a surge that the stock took without falling to the reorder point asks for no answer. -#}
with surge_days as (

    select * from {{ ref('int_supply__surge_days') }}

),

policy as (

    select * from {{ ref('int_supply__replenishment_policy') }}

),

positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

movements as (

    select * from {{ ref('stg_inventory__movements') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

first_days as (

    select min(business_date) as first_surge_date
    from surge_days

),

-- Consecutive days keep the same distance between their date and their number.
numbered as (

    select
        surge_days.*,
        {{ days_between('first_days.first_surge_date', 'surge_days.business_date') }} - row_number() over (
            partition by surge_days.location_id, surge_days.sku_id order by surge_days.business_date nulls last
        ) as run_number
    from surge_days
    cross join first_days

),

runs as (

    select
        location_id,
        sku_id,
        run_number,
        min(business_date) as started_on,
        max(business_date) as ended_on,
        max(recent_quantity) as peak_quantity
    from numbered
    group by location_id, sku_id, run_number

),

measured as (

    select
        runs.location_id,
        runs.sku_id,
        runs.started_on,
        runs.ended_on,
        runs.peak_quantity,
        policy.reorder_point_quantity
    from runs
    inner join policy
        on
            runs.location_id = policy.location_id
            and runs.sku_id = policy.sku_id
            and runs.started_on = policy.business_date

),

low as (

    select
        measured.location_id,
        measured.sku_id,
        measured.started_on,
        min(positions.business_date) as low_on
    from measured
    inner join positions
        on
            measured.location_id = positions.location_id
            and measured.sku_id = positions.sku_id
            and positions.business_date between measured.started_on and measured.ended_on
            and measured.reorder_point_quantity >= positions.sellable_closing_quantity
    group by measured.location_id, measured.sku_id, measured.started_on

),

recovered as (

    select
        measured.location_id,
        measured.sku_id,
        measured.started_on,
        min(positions.business_date) as recovered_on
    from measured
    inner join low
        on
            measured.location_id = low.location_id
            and measured.sku_id = low.sku_id
            and measured.started_on = low.started_on
    inner join positions
        on
            measured.location_id = positions.location_id
            and measured.sku_id = positions.sku_id
            and low.low_on < positions.business_date
            and measured.reorder_point_quantity < positions.sellable_closing_quantity
    group by measured.location_id, measured.sku_id, measured.started_on

),

received as (

    select
        location_id,
        sku_id,
        moved_on,
        max(occurred_at) as received_at
    from movements
    cross join first_days
    where
        movement_kind in ('receipt', 'transfer_in')
        and moved_on >= first_days.first_surge_date
    group by location_id, sku_id, moved_on

),

timed as (

    select
        measured.*,
        low.low_on,
        {{ day_start(add_days('measured.started_on', 1)) }} as detected_at,
        -- Stock that came back otherwise (a return, a count) is known at the close of its day.
        case
            when recovered.recovered_on is not null
                then coalesce(received.received_at, {{ day_start(add_days('recovered.recovered_on', 1)) }})
        end as recovered_at,
        {{ day_start(add_days('as_of.as_of_date', 1)) }} as followed_until_at
    from measured
    cross join as_of
    left join low
        on
            measured.location_id = low.location_id
            and measured.sku_id = low.sku_id
            and measured.started_on = low.started_on
    left join recovered
        on
            measured.location_id = recovered.location_id
            and measured.sku_id = recovered.sku_id
            and measured.started_on = recovered.started_on
    left join received
        on
            recovered.location_id = received.location_id
            and recovered.sku_id = received.sku_id
            and recovered.recovered_on = received.moved_on

),

final as (

    select
        location_id,
        sku_id,
        peak_quantity,
        reorder_point_quantity,
        ended_on,
        detected_at,
        low_on,
        recovered_at,
        low_on is not null as needs_response,
        low_on is not null and recovered_at is null as is_open,
        -- Of an open surge: the hours it has been open, which are less than its response will take.
        case
            when low_on is not null
                then {{ safe_ratio(minutes_between('detected_at', 'coalesce(recovered_at, followed_until_at)'), 60) }}
        end as response_hours,
        started_on
    from timed

)

select * from final
