{{ config(materialized='table') }}

{#- The books do not say which arrival belongs to which departure. Goods of one lot on one way are the same, so the
    first to leave is taken to be the first to arrive: a batch has come when as much has arrived as had left with it
    and before it. -#}
with movements as (

    select * from {{ ref('stg_inventory__movements') }}
    where movement_kind in ('transfer_out', 'transfer_in')

),

departures as (

    select
        location_id as source_location_id,
        counterparty_location_id as location_id,
        sku_id,
        lot_id,
        movement_id,
        moved_on,
        -quantity as quantity,
        sum(-quantity) over (
            {{ rows_so_far(
                ['location_id', 'counterparty_location_id', 'sku_id', 'lot_id'], ['occurred_at', 'movement_id']
            ) }}
        ) as left_so_far
    from movements
    where movement_kind = 'transfer_out'

),

arrivals as (

    select
        counterparty_location_id as source_location_id,
        location_id,
        sku_id,
        lot_id,
        moved_on,
        sum(quantity) over (
            {{ rows_so_far(
                ['counterparty_location_id', 'location_id', 'sku_id', 'lot_id'], ['occurred_at', 'movement_id']
            ) }}
        ) as arrived_so_far
    from movements
    where movement_kind = 'transfer_in'

),

final as (

    select
        departures.movement_id,
        departures.source_location_id,
        departures.location_id,
        departures.sku_id,
        departures.lot_id,
        departures.quantity,
        departures.moved_on as departed_on,
        min(arrivals.moved_on) as arrived_on
    from departures
    left join arrivals
        on
            departures.source_location_id = arrivals.source_location_id
            and departures.location_id = arrivals.location_id
            and departures.sku_id = arrivals.sku_id
            and departures.lot_id = arrivals.lot_id
            and departures.left_so_far <= arrivals.arrived_so_far
    group by
        departures.movement_id,
        departures.source_location_id,
        departures.location_id,
        departures.sku_id,
        departures.lot_id,
        departures.quantity,
        departures.moved_on

)

select * from final
