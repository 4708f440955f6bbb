{{ config(**incremental_from_day('paid_on', 'int_supply__first_touched_demand_day')) }}

{#- Every store that could have served a courier order: how far it is from the customer, and whether it had the goods
    when the order was paid. The address is known to its cell alone: a store counts as nearer than the one that served
    the order where it is from each corner of the cell, since the points nearer to one of two stores are those on one
    side of a line.

    The books hold what was handed over; goods are no longer to be had when they are ordered. So a sale counts from the
    placing of its order, also where it leaves the books on a later day. What came in on the same day is in the books
    when it arrives, and on the shelf nobody knows when: whether it could have been sold is open until the next day. -#}
with orders as (

    select *
    from {{ ref('int_orders__order_facts') }}
    where
        is_courier_delivery
        and paid_on is not null
        and {{ is_day_from_first_touched('paid_on', ref('int_supply__first_touched_demand_day')) }}

),

order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

placed_orders as (

    select * from {{ ref('stg_orders__orders') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

movements as (

    select * from {{ ref('stg_inventory__movements') }}

),

addressed as (

    select
        orders.order_id,
        orders.fulfilling_location_id,
        orders.paid_at,
        orders.paid_on,
        ordering.city_zh,
        used.latitude as used_latitude,
        used.longitude as used_longitude,
        {{ geohash_degrees('orders.address_cell', 'latitude', 0) }} as south,
        {{ geohash_degrees('orders.address_cell', 'latitude', 1) }} as north,
        {{ geohash_degrees('orders.address_cell', 'longitude', 0) }} as west,
        {{ geohash_degrees('orders.address_cell', 'longitude', 1) }} as east,
        {{ geohash_degrees('orders.address_cell', 'latitude', 0.5) }} as middle_latitude,
        {{ geohash_degrees('orders.address_cell', 'longitude', 0.5) }} as middle_longitude
    from orders
    inner join locations as ordering on orders.store_id = ordering.location_id
    left join locations as used on orders.fulfilling_location_id = used.location_id

),

candidates as (

    select
        addressed.*,
        stores.location_id,
        stores.latitude,
        stores.longitude
    from addressed
    inner join locations as stores
        on
            addressed.city_zh = stores.city_zh
            or addressed.fulfilling_location_id = stores.location_id
    where
        stores.location_id = addressed.fulfilling_location_id
        or (
            stores.location_kind = 'store'
            and stores.opened_on <= addressed.paid_on
            and (stores.closed_on > addressed.paid_on or stores.closed_on is null)
        )

),

measured as (

    select
        order_id,
        location_id,
        location_id = fulfilling_location_id as is_used,
        {{ distance_kilometers('middle_latitude', 'middle_longitude', 'latitude', 'longitude') }}
            as distance_kilometers,
        {% for north_south in ['south', 'north'] %}{% for east_west in ['west', 'east'] %}
        case
            when
                {{ distance_kilometers(north_south, east_west, 'latitude', 'longitude') }}
                < {{ distance_kilometers(north_south, east_west, 'used_latitude', 'used_longitude') }}
                then 1
            else 0
        end
        {% if not loop.last or north_south == 'south' %}+ {% endif %}
        {%- endfor %}{% endfor %} as nearer_corner_count,
        paid_at,
        paid_on
    from candidates

),

wanted as (

    select
        orders.order_id,
        orders.paid_at,
        orders.paid_on,
        order_lines.sku_id,
        sum(order_lines.quantity) as wanted_quantity
    from orders
    inner join order_lines
        on
            orders.order_id = order_lines.order_id
            and orders.placed_on = order_lines.placed_on
    group by orders.order_id, orders.paid_at, orders.paid_on, order_lines.sku_id

),

located as (

    select
        wanted.*,
        measured.location_id
    from wanted
    inner join measured on wanted.order_id = measured.order_id

),

-- What moved on the day up to the payment, and what was ordered before it and left the books on a later day.
changes as (

    select
        movements.location_id,
        movements.sku_id,
        movements.order_id,
        movements.quantity,
        movements.movement_kind in ('receipt', 'transfer_in') as is_arrival,
        movements.moved_on as first_day,
        movements.moved_on as last_day,
        least(movements.occurred_at, coalesce(placed_orders.placed_at, movements.occurred_at)) as changed_at
    from movements
    left join placed_orders
        on
            movements.movement_kind = 'sale'
            and movements.order_id = placed_orders.order_id
    where
        movements.movement_kind != 'opening'
        and movements.moved_on <= movements.expiry_date
    union all
    select
        movements.location_id,
        movements.sku_id,
        movements.order_id,
        movements.quantity,
        false as is_arrival,
        placed_orders.placed_on as first_day,
        {{ add_days('movements.moved_on', -1) }} as last_day,
        placed_orders.placed_at as changed_at
    from movements
    inner join placed_orders on movements.order_id = placed_orders.order_id
    where
        movements.movement_kind = 'sale'
        and placed_orders.placed_on < movements.moved_on

),

changed as (

    select
        located.order_id,
        located.location_id,
        located.sku_id,
        sum(changes.quantity) as change_quantity,
        sum(case when changes.is_arrival then changes.quantity else 0 end) as arrived_quantity
    from located
    inner join changes
        on
            located.location_id = changes.location_id
            and located.sku_id = changes.sku_id
            and located.paid_on between changes.first_day and changes.last_day
            and located.paid_at >= changes.changed_at
            and located.order_id != coalesce(changes.order_id, '')
    group by located.order_id, located.location_id, located.sku_id

),

-- A location whose books had not begun says nothing of its stock.
booked as (

    select distinct
        location_id,
        business_date
    from positions

),

stocked as (

    select
        located.order_id,
        located.location_id,
        max(case when booked.location_id is not null then 1 else 0 end) = 1 as has_books,
        min(
            case
                when not coalesce(positions.is_ranged, false) then 0
                when
                    positions.sellable_opening_quantity + coalesce(changed.change_quantity, 0)
                    < located.wanted_quantity
                    then 0
                when
                    positions.sellable_opening_quantity
                    + coalesce(changed.change_quantity, 0)
                    - coalesce(changed.arrived_quantity, 0)
                    < located.wanted_quantity
                    then 1
                else 2
            end
        ) as certainty
    from located
    left join booked
        on
            located.location_id = booked.location_id
            and located.paid_on = booked.business_date
    left join positions
        on
            located.location_id = positions.location_id
            and located.sku_id = positions.sku_id
            and located.paid_on = positions.business_date
    left join changed
        on
            located.order_id = changed.order_id
            and located.location_id = changed.location_id
            and located.sku_id = changed.sku_id
    group by located.order_id, located.location_id

),

final as (

    select
        measured.order_id,
        measured.location_id,
        measured.is_used,
        measured.distance_kilometers,
        measured.nearer_corner_count,
        case
            when stocked.has_books and stocked.certainty = 0 then false
            when stocked.has_books and stocked.certainty = 2 then true
        end as is_stocked,
        measured.paid_on
    from measured
    left join stocked
        on
            measured.order_id = stocked.order_id
            and measured.location_id = stocked.location_id

)

select * from final
