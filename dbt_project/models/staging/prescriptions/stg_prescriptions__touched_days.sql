{{ config(materialized='table') }}

with prescription_copies as (

    select * from {{ source('lake', 'prescriptions') }}

),

item_copies as (

    select * from {{ source('lake', 'prescription_items') }}

),

product_copies as (

    select * from {{ source('lake', 'products') }}

),

new_products as (

    {{ newly_known('product_copies', 'sku_id') }}

),

prescriptions_of_new_products as (

    select prescription_id
    from item_copies
    where sku_id in (select sku_id from new_products)

),

final as (

    {{ days_of_touched_records(
        'prescription_copies', 'prescription_id', local_date(utc_timestamp('issued_at')),
        ['prescription_id in (select prescription_id from prescriptions_of_new_products)']
    ) }}

)

select * from final
