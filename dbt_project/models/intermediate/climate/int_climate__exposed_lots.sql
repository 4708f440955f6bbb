{{ config(materialized='table') }}

{#- Lots of the classes stored at the point that lay at its location when the excursion began, or came while it
    lasted. -#}
with excursions as (

    select * from {{ ref('int_climate__judged_excursions') }}

),

movements as (

    select * from {{ ref('stg_inventory__movements') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

balances as (

    select
        excursions.excursion_id,
        excursions.location_id,
        movements.sku_id,
        movements.lot_id,
        sum(case
            when {{ epoch_microseconds('movements.occurred_at') }} <= excursions.started_microseconds
                then movements.quantity
            else 0
        end) as quantity_at_start,
        sum(case
            when
                {{ epoch_microseconds('movements.occurred_at') }} > excursions.started_microseconds
                and movements.quantity > 0
                then movements.quantity
            else 0
        end) as quantity_added
    from excursions
    inner join products
        on
            excursions.storage_class = products.storage_class
            or excursions.range_storage_class = products.storage_class
    inner join movements
        on
            excursions.location_id = movements.location_id
            and products.sku_id = movements.sku_id
            and (
                {{ epoch_microseconds('movements.occurred_at') }} < excursions.ended_microseconds
                or excursions.ended_microseconds is null
            )
    group by excursions.excursion_id, excursions.location_id, movements.sku_id, movements.lot_id

),

final as (

    select
        excursion_id,
        location_id,
        sku_id,
        lot_id,
        greatest(quantity_at_start, 0) + quantity_added as exposed_quantity
    from balances
    where
        quantity_at_start > 0
        or quantity_added > 0

)

select * from final
