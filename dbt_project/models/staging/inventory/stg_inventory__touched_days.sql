{{ config(materialized='table') }}

with movement_copies as (

    select * from {{ source('lake', 'inventory') }}

),

store_copies as (

    select * from {{ source('lake', 'stores') }}

),

product_copies as (

    select * from {{ source('lake', 'products') }}

),

-- A movement that pointed at nothing known comes in when what it points at arrives.
new_locations as (

    select location_id
    from store_copies
    group by location_id
    having count(*) filter (where not {{ arrived_in_run() }}) = 0

),

new_products as (

    select sku_id
    from product_copies
    group by sku_id
    having count(*) filter (where not {{ arrived_in_run() }}) = 0

),

touched_movements as (

    select movement_id
    from movement_copies
    where {{ arrived_in_run() }}
    union
    select movement_id
    from movement_copies
    where location_id in (select location_id from new_locations)
    union
    select movement_id
    from movement_copies
    where sku_id in (select sku_id from new_products)

),

-- All versions count: a record that moves from one day to another touches both.
final as (

    select distinct {{ local_date(utc_timestamp('occurred_at')) }} as touched_day
    from movement_copies
    where movement_id in (select movement_id from touched_movements)

)

select * from final
