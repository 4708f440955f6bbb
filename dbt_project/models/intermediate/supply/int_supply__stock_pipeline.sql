{{ config(materialized='table') }}

{#- What is on its way to a location and what is promised to customers, at the close of each day of the forecasts'
    window. A record that never comes (a receipt kept in quarantine) must not keep goods on their way for ever: after a
    time each is presumed lost. -#}
with movements as (

    select * from {{ ref('stg_inventory__movements') }}

),

purchase_order_lines as (

    select * from {{ ref('int_supply__purchase_order_lines') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

bounds as (

    select
        {{ add_days('as_of.as_of_date', '1 - parameters.forecast_window_days') }} as first_date,
        as_of.as_of_date as last_date,
        parameters.transfer_presumed_lost_days,
        parameters.purchase_presumed_lost_days,
        parameters.reservation_presumed_lost_days
    from as_of
    cross join parameters

),

spine as (

    {{ day_spine('(select first_date from bounds)', '(select last_date from bounds)', 'business_date') }}

),

-- Twice the time after which a shipment is presumed lost: what arrives in the window was sent within it.
shipments as (

    select
        movements.counterparty_location_id as location_id,
        movements.location_id as source_location_id,
        movements.sku_id,
        movements.lot_id,
        movements.expiry_date,
        -movements.quantity as quantity,
        movements.moved_on
    from movements
    cross join bounds
    where
        movements.movement_kind = 'transfer_out'
        and movements.counterparty_location_id is not null
        and movements.moved_on >= {{ add_days('bounds.first_date', '-2 * bounds.transfer_presumed_lost_days') }}

),

arrivals as (

    select
        movements.location_id,
        movements.counterparty_location_id as source_location_id,
        movements.sku_id,
        movements.lot_id,
        movements.expiry_date,
        movements.quantity,
        movements.moved_on
    from movements
    cross join bounds
    where
        movements.movement_kind = 'transfer_in'
        and movements.counterparty_location_id is not null
        and movements.moved_on >= {{ add_days('bounds.first_date', '-2 * bounds.transfer_presumed_lost_days') }}

),

transfer_events as (

    select
        location_id,
        source_location_id,
        sku_id,
        lot_id,
        expiry_date,
        moved_on as event_date,
        quantity as sent_quantity,
        0 as arrived_quantity,
        0 as given_up_quantity
    from shipments
    union all
    select
        location_id,
        source_location_id,
        sku_id,
        lot_id,
        expiry_date,
        moved_on as event_date,
        0 as sent_quantity,
        quantity as arrived_quantity,
        0 as given_up_quantity
    from arrivals
    union all
    select
        shipments.location_id,
        shipments.source_location_id,
        shipments.sku_id,
        shipments.lot_id,
        shipments.expiry_date,
        {{ add_days('shipments.moved_on', 'bounds.transfer_presumed_lost_days') }} as event_date,
        0 as sent_quantity,
        0 as arrived_quantity,
        shipments.quantity as given_up_quantity
    from shipments
    cross join bounds

),

transfer_days as (

    select
        location_id,
        source_location_id,
        sku_id,
        lot_id,
        expiry_date,
        event_date,
        sum(sent_quantity) as sent_quantity,
        sum(arrived_quantity) as arrived_quantity,
        sum(given_up_quantity) as given_up_quantity
    from transfer_events
    group by location_id, source_location_id, sku_id, lot_id, expiry_date, event_date

),

transfer_totals as (

    select
        *,
        sum(sent_quantity - arrived_quantity) over lot_so_far as outstanding_quantity,
        sum(sent_quantity - given_up_quantity) over lot_so_far as lately_sent_quantity,
        {{ next_start(
            'event_date', ['location_id', 'source_location_id', 'sku_id', 'lot_id', 'expiry_date']
        ) }} as next_event_date
    from transfer_days
    window lot_so_far as (
        partition by location_id, source_location_id, sku_id, lot_id, expiry_date
        order by event_date nulls last
        rows between unbounded preceding and current row
    )

),

-- An arrival whose shipment is not known owes nothing to later shipments, so the outstanding quantity starts anew from
-- its lowest point.
transfers_under_way as (

    select
        location_id,
        sku_id,
        event_date as from_date,
        next_event_date as until_date,
        least(
            outstanding_quantity - least(
                min(outstanding_quantity) over (
                    partition by location_id, source_location_id, sku_id, lot_id, expiry_date
                    order by event_date nulls last
                    rows between unbounded preceding and current row
                ),
                0
            ),
            lately_sent_quantity
        ) as quantity
    from transfer_totals

),

receipts as (

    select
        purchase_order_line_id,
        min(moved_on) as received_on
    from movements
    where
        movement_kind = 'receipt'
        and purchase_order_line_id is not null
    group by purchase_order_line_id

),

purchases as (

    select
        purchase_order_lines.location_id,
        purchase_order_lines.sku_id,
        purchase_order_lines.ordered_on,
        {{ local_date('purchase_order_lines.dispatched_at') }} as dispatched_on,
        purchase_order_lines.ordered_quantity,
        purchase_order_lines.dispatched_quantity,
        -- The first of what is known; least() leaves nulls out.
        least(
            receipts.received_on,
            {{ local_date('purchase_order_lines.received_at') }},
            {{ local_date('purchase_order_lines.cancelled_at') }},
            {{ add_days(
                'coalesce(purchase_order_lines.promised_receipt_on, purchase_order_lines.ordered_on)',
                'bounds.purchase_presumed_lost_days'
            ) }}
        ) as closed_on
    from purchase_order_lines
    cross join bounds
    left join receipts on purchase_order_lines.purchase_order_line_id = receipts.purchase_order_line_id

),

-- Open at the close of the day on which it was placed: the others reserve nothing overnight.
open_orders as (

    select
        orders.order_id,
        orders.fulfilling_location_id,
        orders.placed_on,
        least(
            {{ local_date('orders.handed_over_at') }},
            {{ local_date('orders.delivered_at') }},
            {{ local_date('orders.cancelled_at') }},
            {{ add_days('orders.placed_on', 'bounds.reservation_presumed_lost_days') }}
        ) as released_on
    from orders
    cross join bounds
    where orders.placed_on >= {{ add_days('bounds.first_date', '-bounds.reservation_presumed_lost_days') }}

),

sold_orders as (

    select
        movements.order_id,
        movements.sku_id,
        min(movements.moved_on) as sold_on
    from movements
    inner join open_orders on movements.order_id = open_orders.order_id
    where
        movements.movement_kind = 'sale'
        and open_orders.released_on > open_orders.placed_on
    group by movements.order_id, movements.sku_id

),

reservations as (

    select
        open_orders.fulfilling_location_id as location_id,
        order_lines.sku_id,
        open_orders.placed_on as from_date,
        least(open_orders.released_on, sold_orders.sold_on) as until_date,
        order_lines.quantity
    from open_orders
    inner join order_lines
        on
            open_orders.order_id = order_lines.order_id
            and open_orders.placed_on = order_lines.placed_on
    left join sold_orders
        on
            order_lines.order_id = sold_orders.order_id
            and order_lines.sku_id = sold_orders.sku_id
    where open_orders.released_on > open_orders.placed_on

),

stretches as (

    select
        location_id,
        sku_id,
        from_date,
        until_date,
        0 as on_order_quantity,
        quantity as in_transit_quantity,
        0 as reserved_quantity
    from transfers_under_way
    where quantity > 0
    union all
    select
        location_id,
        sku_id,
        ordered_on as from_date,
        least(dispatched_on, closed_on) as until_date,
        ordered_quantity as on_order_quantity,
        0 as in_transit_quantity,
        0 as reserved_quantity
    from purchases
    union all
    select
        location_id,
        sku_id,
        dispatched_on as from_date,
        closed_on as until_date,
        0 as on_order_quantity,
        dispatched_quantity as in_transit_quantity,
        0 as reserved_quantity
    from purchases
    where dispatched_on is not null
    union all
    select
        location_id,
        sku_id,
        from_date,
        until_date,
        0 as on_order_quantity,
        0 as in_transit_quantity,
        quantity as reserved_quantity
    from reservations

),

final as (

    select
        stretches.location_id,
        stretches.sku_id,
        cast(sum(stretches.on_order_quantity) as bigint) as on_order_quantity,
        cast(sum(stretches.in_transit_quantity) as bigint) as in_transit_quantity,
        cast(sum(stretches.reserved_quantity) as bigint) as reserved_quantity,
        spine.business_date
    from stretches
    inner join spine
        on
            stretches.from_date <= spine.business_date
            and stretches.until_date > spine.business_date
    group by stretches.location_id, stretches.sku_id, spine.business_date

)

select * from final
