{{ config(materialized='table') }}

with decision_copies as (

    select * from {{ source('lake', 'signal_decisions') }}

),

store_copies as (

    select * from {{ source('lake', 'stores') }}

),

product_copies as (

    select * from {{ source('lake', 'products') }}

),

new_locations as (

    {{ newly_known('store_copies', 'location_id') }}

),

new_products as (

    {{ newly_known('product_copies', 'sku_id') }}

),

final as (

    {{ days_of_touched_records(
        'decision_copies', 'decision_id', 'signal_date',
        [
            'location_id in (select location_id from new_locations)',
            'source_location_id in (select location_id from new_locations)',
            'sku_id in (select sku_id from new_products)',
        ]
    ) }}

)

select * from final
