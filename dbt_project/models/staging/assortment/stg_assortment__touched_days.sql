{{ config(materialized='table') }}

{#- First day from which a changed range says something else than before. A new reorder point changes no day. -#}
with range_copies as (

    select * from {{ source('lake', 'assortment') }}

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

current_ranges as (

    select * from {{ ref('stg_assortment__ranges') }}

),

earlier_versions as (

    select
        *,
        {{ latest_version_rank(['location_id', 'sku_id', 'ranged_from']) }} as recency
    from range_copies
    where
        not ({{ arrived_in_run() }})
        and location_id not in (select location_id from new_locations)
        and sku_id not in (select sku_id from new_products)

),

earlier_ranges as (

    select * from earlier_versions
    where recency = 1

),

final as (

    select distinct
        case
            when earlier_ranges.sku_id is null then current_ranges.ranged_from
            else {{ add_days(
                'least(coalesce(current_ranges.ranged_to, earlier_ranges.ranged_to),
                    coalesce(earlier_ranges.ranged_to, current_ranges.ranged_to))', 1) }}
        end as touched_day
    from current_ranges
    left join earlier_ranges
        on
            current_ranges.location_id = earlier_ranges.location_id
            and current_ranges.sku_id = earlier_ranges.sku_id
            and current_ranges.ranged_from = earlier_ranges.ranged_from
    where
        earlier_ranges.sku_id is null
        or {{ differs('current_ranges.ranged_to', 'earlier_ranges.ranged_to') }}

)

select * from final
