{{ config(materialized='table') }}

{#- Products that the run classifies otherwise than the one before it: what was sold of them is judged anew. A new price
    is sent every few days and changes no judgement. -#}
with product_copies as (

    select * from {{ source('lake', 'products') }}

),

earlier_versions as (

    select
        *,
        {{ latest_version_rank(['sku_id']) }} as recency
    from product_copies
    where not ({{ arrived_in_run() }})

),

earlier_products as (

    select * from earlier_versions
    where recency = 1

),

current_products as (

    select * from {{ ref('stg_products__products') }}

),

final as (

    select current_products.sku_id
    from current_products
    inner join earlier_products on current_products.sku_id = earlier_products.sku_id
    where
        {{ differs('current_products.prescription_class', 'earlier_products.prescription_class') }}
        or {{ differs('current_products.special_class', 'earlier_products.special_class') }}
        or {{ differs('current_products.atc_code', 'earlier_products.atc_code') }}
        or {{ differs('current_products.is_online_banned', 'earlier_products.is_online_banned') }}

)

select * from final
