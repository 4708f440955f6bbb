{{ config(materialized='table') }}

with product_copies as (

    select * from {{ source('lake', 'products') }}

),

changed as (

    select sku_id
    from product_copies
    group by sku_id
    having
        count(*) filter (where {{ arrived_in_run() }}) > 0
        and (
            count(distinct prescription_class) > 1
            or count(distinct storage_class) > 1
            or count(distinct special_class) > 1
        )

)

select sku_id from changed
