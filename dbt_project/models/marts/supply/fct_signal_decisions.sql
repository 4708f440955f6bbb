with decisions as (

    select * from {{ ref('int_supply__signal_decisions') }}

),

signals as (

    select * from {{ ref('fct_replenishment_signals') }}

),

transfers as (

    select * from {{ ref('fct_transfer_suggestions') }}

),

orders_placed as (

    select * from {{ ref('int_supply__orders_placed') }}

),

positions as (

    select * from {{ ref('fct_stock_positions_daily') }}

),

lost_demand as (

    select * from {{ ref('int_supply__lost_demand') }}

),

lead_times as (

    select * from {{ ref('int_supply__lead_times') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

known_signals as (

    select
        'replenishment' as signal_kind,
        location_id,
        sku_id,
        cast(null as string) as source_location_id,
        order_quantity as signal_quantity,
        signal_date
    from signals
    union all
    select
        'transfer' as signal_kind,
        location_id,
        sku_id,
        source_location_id,
        sum(transfer_quantity) as signal_quantity,
        signal_date
    from transfers
    group by location_id, sku_id, source_location_id, signal_date

),

timed as (

    select
        decisions.*,
        products.list_price_yuan - products.unit_cost_yuan as unit_margin_yuan,
        as_of.as_of_date,
        case
            when decisions.signal_kind = 'transfer' then as_of.as_of_date
            else {{ add_days('as_of.as_of_date', '1 - parameters.forecast_window_days') }}
        end as known_from,
        {{ add_days('decisions.signal_date', 'parameters.decision_follow_days') }} as due_on,
        {{ add_days('decisions.signal_date', 'lead_times.protection_days') }} as protected_until
    from decisions
    inner join products on decisions.sku_id = products.sku_id
    cross join as_of
    cross join parameters
    left join lead_times
        on
            decisions.location_id = lead_times.location_id
            and decisions.sku_id = lead_times.sku_id

),

ordered as (

    select
        timed.decision_id,
        sum(orders_placed.ordered_quantity) as ordered_quantity
    from timed
    inner join orders_placed
        on
            timed.location_id = orders_placed.location_id
            and timed.sku_id = orders_placed.sku_id
            and timed.signal_date < orders_placed.ordered_on
            and timed.due_on >= orders_placed.ordered_on
            and (timed.signal_kind = 'replenishment' or timed.source_location_id = orders_placed.source_location_id)
    group by timed.decision_id

),

run_out as (

    select
        timed.decision_id,
        count(*) filter (where positions.is_stocked_out) as stocked_out_days
    from timed
    inner join positions
        on
            timed.location_id = positions.location_id
            and timed.sku_id = positions.sku_id
            and timed.signal_date < positions.business_date
            and timed.protected_until >= positions.business_date
    group by timed.decision_id

),

lost as (

    select
        timed.decision_id,
        sum(lost_demand.lost_quantity) as lost_quantity
    from timed
    inner join lost_demand
        on
            timed.location_id = lost_demand.location_id
            and timed.sku_id = lost_demand.sku_id
            and timed.signal_date < lost_demand.business_date
            and timed.protected_until >= lost_demand.business_date
    group by timed.decision_id

),

final as (

    select
        cast(timed.decision_id as string) as decision_id,
        cast({{ signal_id('timed.signal_kind', 'timed.location_id', 'timed.sku_id', 'timed.signal_date') }} as string)
            as signal_id,
        cast(timed.signal_kind as string) as signal_kind,
        cast(timed.location_id as string) as location_id,
        cast(timed.sku_id as string) as sku_id,
        cast(timed.source_location_id as string) as source_location_id,
        cast(timed.decision as string) as decision,
        cast(case
            when timed.decision = 'approved' then known_signals.signal_quantity
            when timed.decision = 'changed' then timed.decided_quantity
            else 0
        end as bigint) as decided_quantity,
        cast(timed.reason_code as string) as decision_reason_code,
        cast(timed.decided_at as timestamp) as decided_at,
        cast(case
            when timed.signal_date between timed.known_from and timed.as_of_date then known_signals.sku_id is not null
        end as boolean) as is_signal_known,
        cast(known_signals.signal_quantity as bigint) as signal_quantity,
        cast(coalesce(ordered.ordered_quantity, 0) as bigint) as carried_out_quantity,
        cast(case
            when timed.due_on <= timed.as_of_date then coalesce(ordered.ordered_quantity, 0) > 0
        end as boolean) as is_ordered_in_time,
        cast(case
            when timed.protected_until <= timed.as_of_date then run_out.stocked_out_days > 0
        end as boolean) as is_stocked_out_after,
        case
            when timed.protected_until <= timed.as_of_date
                then {{ rounded_decimal('coalesce(lost.lost_quantity, 0) * timed.unit_margin_yuan', 18, 2) }}
        end as lost_margin_yuan,
        cast(timed.signal_date as date) as signal_date
    from timed
    left join known_signals
        on
            timed.signal_kind = known_signals.signal_kind
            and timed.location_id = known_signals.location_id
            and timed.sku_id = known_signals.sku_id
            and timed.signal_date = known_signals.signal_date
            and (timed.signal_kind = 'replenishment' or timed.source_location_id = known_signals.source_location_id)
    left join ordered on timed.decision_id = ordered.decision_id
    left join run_out on timed.decision_id = run_out.decision_id
    left join lost on timed.decision_id = lost.decision_id

)

select * from final
