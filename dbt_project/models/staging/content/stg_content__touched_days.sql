{{ config(materialized='table') }}

with content_copies as (

    select * from {{ source('lake', 'content') }}

),

product_copies as (

    select * from {{ source('lake', 'products') }}

),

new_products as (

    {{ newly_known('product_copies', 'sku_id') }}

),

final as (

    {{ days_of_touched_records(
        'content_copies', 'content_id', local_date(utc_timestamp('created_at')),
        ['sku_id in (select sku_id from new_products)']
    ) }}

)

select * from final
