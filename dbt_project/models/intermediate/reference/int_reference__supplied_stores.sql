{{ config(materialized='table') }}

{#- Goods reach a store over two distribution centres at most (central, regional); a fixed number of steps also ends
    where the master data names a location as its own ancestor. -#}
with locations as (

    select * from {{ ref('int_reference__locations') }}

),

own as (

    select
        location_id as store_id,
        location_id,
        parent_location_id
    from locations
    where location_kind = 'store'

),

parents as (

    select
        own.store_id,
        locations.location_id,
        locations.parent_location_id
    from own
    inner join locations on own.parent_location_id = locations.location_id

),

grandparents as (

    select
        parents.store_id,
        locations.location_id,
        locations.parent_location_id
    from parents
    inner join locations on parents.parent_location_id = locations.location_id

),

final as (

    select
        location_id,
        store_id
    from own
    union
    select
        location_id,
        store_id
    from parents
    union
    select
        location_id,
        store_id
    from grandparents

)

select * from final
