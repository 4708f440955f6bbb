{{ config(**incremental_from_day('business_date', 'int_supply__first_touched_demand_day')) }}

{#- When there was stock on the days on which stock limited demand: what lies there at opening lasts until a movement
    takes the last of it, what comes in lasts from then on. Goods are no longer to be had when they are ordered, though they
    leave the books when they are handed over; so a sale counts from the placing of its order. -#}
with positions as (

    select *
    from {{ ref('int_supply__stock_positions') }}
    where
        is_stocked_out
        and is_ranged
        and {{ is_day_from_first_touched('business_date', ref('int_supply__first_touched_demand_day')) }}

),

movements as (

    select * from {{ ref('stg_inventory__movements') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

moments as (

    select
        location_id,
        sku_id,
        business_date,
        {{ day_start('business_date') }} as started_at,
        '' as movement_id,
        false as is_sale,
        sellable_opening_quantity as change_quantity
    from positions
    union all
    select
        positions.location_id,
        positions.sku_id,
        positions.business_date,
        greatest(
            least(movements.occurred_at, coalesce(orders.placed_at, movements.occurred_at)),
            {{ day_start('positions.business_date') }}
        ) as started_at,
        movements.movement_id,
        movements.movement_kind = 'sale' as is_sale,
        movements.quantity as change_quantity
    from positions
    inner join movements
        on
            positions.location_id = movements.location_id
            and positions.sku_id = movements.sku_id
            and positions.business_date = movements.moved_on
    left join orders
        on
            movements.movement_kind = 'sale'
            and movements.order_id = orders.order_id
    where
        movements.movement_kind != 'opening'
        and movements.moved_on <= movements.expiry_date

),

followed as (

    select
        location_id,
        sku_id,
        business_date,
        started_at,
        movement_id,
        is_sale,
        change_quantity,
        sum(change_quantity) over (
            partition by location_id, sku_id, business_date order by started_at nulls last, movement_id nulls last
            rows between unbounded preceding and current row
        ) as sellable_quantity,
        coalesce(
            lead(started_at) over (
                partition by location_id, sku_id, business_date order by started_at nulls last, movement_id nulls last
            ),
            {{ day_start(add_days('business_date', 1)) }}
        ) as ended_at
    from moments

),

final as (

    select
        location_id,
        sku_id,
        started_at,
        ended_at,
        sellable_quantity > 0 as is_available,
        is_sale and sellable_quantity <= 0 and sellable_quantity - change_quantity > 0 as is_sold_out,
        business_date
    from followed
    where
        started_at < ended_at
        or is_sale

)

select * from final
