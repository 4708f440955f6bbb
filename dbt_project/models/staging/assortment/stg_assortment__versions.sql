{{ config(materialized='table') }}

with range_copies as (

    select * from {{ source('lake', 'assortment') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

products as (

    select * from {{ ref('stg_products__products') }}

),

received as (

    select
        range_copies.*,
        case
            when locations.location_id is null then 'unknown_location'
            when products.sku_id is null then 'unknown_sku'
        end as unknown_reference
    from range_copies
    left join locations on range_copies.location_id = locations.location_id
    left join products on range_copies.sku_id = products.sku_id

),

judged as (

    {{ judged_records('received', ['location_id', 'sku_id', 'ranged_from']) }}

)

select * from judged
