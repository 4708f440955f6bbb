{{ config(materialized='table') }}

{#- As known when the day ends: what the night's count lacked, less what the day's own corrections took from the
    books. -#}
with shelf_days as (

    select * from {{ ref('int_supply__shelf_days') }}
    where difference_quantity < 0

),

movements as (

    select * from {{ ref('stg_inventory__movements') }}
    where movement_kind in ('adjustment', 'damage', 'expiry')

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

corrected as (

    select
        movements.location_id,
        movements.sku_id,
        movements.moved_on,
        sum(movements.quantity) as corrected_quantity
    from movements
    cross join parameters
    where {{ local_hour('movements.occurred_at') }} >= parameters.shelf_quiet_until_hour
    group by movements.location_id, movements.sku_id, movements.moved_on

),

known as (

    select
        shelf_days.location_id,
        shelf_days.sku_id,
        greatest(-shelf_days.difference_quantity + least(coalesce(corrected.corrected_quantity, 0), 0), 0)
            as phantom_quantity,
        shelf_days.business_date
    from shelf_days
    left join corrected
        on
            shelf_days.location_id = corrected.location_id
            and shelf_days.sku_id = corrected.sku_id
            and shelf_days.business_date = corrected.moved_on

),

final as (

    select
        location_id,
        sku_id,
        cast(phantom_quantity as bigint) as phantom_quantity,
        business_date
    from known
    where phantom_quantity > 0

)

select * from final
