{{ config(materialized='table') }}

{#- What the shelves counted in the night against all that the books may mean by it. A posting may come hours after
    the goods or before them: the count may agree with the books at any moment of the quiet hours. Packs set aside for
    an order, and lots on or past their last day, may or may not stand on the shelf. Only what none of this explains
    is a difference. -#}
with readings as (

    select * from {{ ref('int_supply__shelf_readings') }}

),

sensors as (

    select * from {{ ref('stg_sensors__sensors') }}
    where
        sensor_kind = 'shelf_count'
        and sku_id is not null

),

positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

lot_days as (

    select * from {{ ref('int_supply__lot_days') }}

),

movements as (

    select * from {{ ref('stg_inventory__movements') }}

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

-- The median: a pack that one reading misses, or sees twice, does not count.
sensor_nights as (

    select
        sensor_id,
        measured_on,
        count(*) as reading_count,
        {{ rounded_integer(quantile('shelf_count', 0.5)) }} as counted_quantity
    from readings
    group by sensor_id, measured_on

),

nights as (

    select
        sensors.location_id,
        sensors.sku_id,
        sensor_nights.measured_on,
        count(*) as sensor_count,
        sum(sensor_nights.reading_count) as reading_count,
        sum(sensor_nights.counted_quantity) as counted_quantity
    from sensor_nights
    inner join sensors
        on
            sensor_nights.sensor_id = sensors.sensor_id
            and sensor_nights.measured_on >= sensors.installed_on
            and (sensor_nights.measured_on < sensors.removed_on or sensors.removed_on is null)
    group by sensors.location_id, sensors.sku_id, sensor_nights.measured_on

),

-- An article on two shelves is counted only by both.
complete_nights as (

    select
        nights.location_id,
        nights.sku_id,
        nights.measured_on,
        nights.reading_count,
        nights.counted_quantity
    from nights
    inner join sensors
        on
            nights.location_id = sensors.location_id
            and nights.sku_id = sensors.sku_id
            and nights.measured_on >= sensors.installed_on
            and (nights.measured_on < sensors.removed_on or sensors.removed_on is null)
    group by
        nights.location_id,
        nights.sku_id,
        nights.measured_on,
        nights.sensor_count,
        nights.reading_count,
        nights.counted_quantity
    having count(*) = nights.sensor_count

),

counted_pairs as (

    select
        location_id,
        sku_id
    from complete_nights
    group by location_id, sku_id

),

night_movements as (

    select
        movements.location_id,
        movements.sku_id,
        movements.moved_on,
        sum(movements.quantity) over (
            {{ rows_so_far(
                ['movements.location_id', 'movements.sku_id', 'movements.moved_on'],
                ['movements.occurred_at', 'movements.movement_id']
            ) }}
        ) as change_so_far,
        sum(case when movements.expiry_date > movements.moved_on then movements.quantity else 0 end) over (
            {{ rows_so_far(
                ['movements.location_id', 'movements.sku_id', 'movements.moved_on'],
                ['movements.occurred_at', 'movements.movement_id']
            ) }}
        ) as fresh_change_so_far,
        movements.quantity
    from movements
    inner join counted_pairs
        on
            movements.location_id = counted_pairs.location_id
            and movements.sku_id = counted_pairs.sku_id
    cross join parameters
    where
        movements.movement_kind != 'opening'
        and {{ local_hour('movements.occurred_at') }} < parameters.shelf_quiet_until_hour

),

night_changes as (

    select
        location_id,
        sku_id,
        moved_on,
        sum(quantity) as change_quantity,
        max(change_so_far) as highest_change,
        min(fresh_change_so_far) as lowest_fresh_change
    from night_movements
    group by location_id, sku_id, moved_on

),

-- Lots on their last day: many a store takes them from the shelf the evening before.
last_days as (

    select
        lot_days.location_id,
        lot_days.sku_id,
        lot_days.expiry_date,
        sum(lot_days.net_quantity) as last_day_quantity
    from lot_days
    inner join counted_pairs
        on
            lot_days.location_id = counted_pairs.location_id
            and lot_days.sku_id = counted_pairs.sku_id
    where lot_days.moved_on < lot_days.expiry_date
    group by lot_days.location_id, lot_days.sku_id, lot_days.expiry_date

),

-- An order holds its packs from the moment it is placed until they leave the books, for so many days at most.
held_orders as (

    select
        orders.fulfilling_location_id as location_id,
        order_lines.sku_id,
        order_lines.quantity,
        {{ add_days('orders.placed_on', 1) }} as first_night,
        least(
            coalesce(
                {{ local_date('least(orders.handed_over_at, orders.cancelled_at)') }},
                {{ add_days('orders.placed_on', 'parameters.reservation_presumed_lost_days') }}
            ),
            {{ add_days('orders.placed_on', 'parameters.reservation_presumed_lost_days') }}
        ) as last_night
    from orders
    inner join order_lines
        on
            orders.order_id = order_lines.order_id
            and orders.placed_on = order_lines.placed_on
    cross join parameters

),

set_aside as (

    select
        complete_nights.location_id,
        complete_nights.sku_id,
        complete_nights.measured_on,
        sum(held_orders.quantity) as set_aside_quantity
    from complete_nights
    inner join held_orders
        on
            complete_nights.location_id = held_orders.location_id
            and complete_nights.sku_id = held_orders.sku_id
            and complete_nights.measured_on between held_orders.first_night and held_orders.last_night
    group by complete_nights.location_id, complete_nights.sku_id, complete_nights.measured_on

),

bounded as (

    select
        complete_nights.location_id,
        complete_nights.sku_id,
        complete_nights.measured_on,
        complete_nights.reading_count,
        complete_nights.counted_quantity,
        positions.opening_quantity + coalesce(night_changes.change_quantity, 0) as book_quantity,
        positions.opening_quantity + greatest(coalesce(night_changes.highest_change, 0), 0) as highest_quantity,
        greatest(
            positions.sellable_opening_quantity
            - coalesce(last_days.last_day_quantity, 0)
            + least(coalesce(night_changes.lowest_fresh_change, 0), 0)
            - coalesce(set_aside.set_aside_quantity, 0),
            0
        ) as lowest_quantity
    from complete_nights
    inner join positions
        on
            complete_nights.location_id = positions.location_id
            and complete_nights.sku_id = positions.sku_id
            and complete_nights.measured_on = positions.business_date
    left join night_changes
        on
            complete_nights.location_id = night_changes.location_id
            and complete_nights.sku_id = night_changes.sku_id
            and complete_nights.measured_on = night_changes.moved_on
    left join last_days
        on
            complete_nights.location_id = last_days.location_id
            and complete_nights.sku_id = last_days.sku_id
            and complete_nights.measured_on = last_days.expiry_date
    left join set_aside
        on
            complete_nights.location_id = set_aside.location_id
            and complete_nights.sku_id = set_aside.sku_id
            and complete_nights.measured_on = set_aside.measured_on

),

final as (

    select
        location_id,
        sku_id,
        reading_count,
        counted_quantity,
        book_quantity,
        case
            when counted_quantity > highest_quantity then counted_quantity - highest_quantity
            when counted_quantity < lowest_quantity then counted_quantity - lowest_quantity
            else 0
        end as difference_quantity,
        measured_on as business_date
    from bounded

)

select * from final
