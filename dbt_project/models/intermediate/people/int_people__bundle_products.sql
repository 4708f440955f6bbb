{{ config(materialized='table') }}

{#- Of the items that would take a product the one that says most about it: by the longest beginning of the ATC code,
    then one that asks for a word in the name. -#}
with products as (

    select * from {{ ref('int_reference__products') }}

),

bundle_items as (

    select * from {{ ref('bundle_items') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

ranked as (

    select
        products.sku_id,
        products.atc_code,
        bundle_items.item_code,
        row_number() over (
            partition by products.sku_id
            order by
                length(bundle_items.atc_prefix) desc nulls last,
                length(bundle_items.name_word_zh) desc nulls last,
                bundle_items.item_code asc nulls last
        ) as fit_rank
    from products
    inner join bundle_items
        on
            substr(products.atc_code, 1, length(bundle_items.atc_prefix)) = bundle_items.atc_prefix
            and (products.prescription_class = 'rx') = bundle_items.is_prescription
            and (
                bundle_items.name_word_zh is null
                or products.product_name_zh like '%' || bundle_items.name_word_zh || '%'
            )
    cross join as_of
    where
        products.special_class = 'none'
        and bundle_items.valid_from <= as_of.as_of_date

),

final as (

    select
        sku_id,
        atc_code,
        item_code
    from ranked
    where fit_rank = 1

)

select * from final
