{#- Orders handed over from an exposed lot since the excursion began: which packs of a lot lay in the room nobody
    knows. -#}
with excursions as (

    select * from {{ ref('int_climate__judged_excursions') }}

),

exposed_lots as (

    select * from {{ ref('int_climate__exposed_lots') }}

),

order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

line_facts as (

    select * from {{ ref('int_orders__line_facts') }}

),

final as (

    select
        exposed_lots.excursion_id,
        exposed_lots.sku_id,
        exposed_lots.lot_id,
        order_facts.order_id,
        order_facts.handed_over_at,
        sum(line_facts.quantity) as ordered_quantity
    from exposed_lots
    inner join excursions on exposed_lots.excursion_id = excursions.excursion_id
    inner join line_facts
        on
            exposed_lots.location_id = line_facts.fulfilling_location_id
            and exposed_lots.sku_id = line_facts.sku_id
            and exposed_lots.lot_id = line_facts.lot_id
    inner join order_facts
        on
            line_facts.order_id = order_facts.order_id
            and line_facts.placed_on = order_facts.placed_on
    where {{ epoch_microseconds('order_facts.handed_over_at') }} >= excursions.started_microseconds
    group by
        exposed_lots.excursion_id,
        exposed_lots.sku_id,
        exposed_lots.lot_id,
        order_facts.order_id,
        order_facts.handed_over_at

)

select * from final
