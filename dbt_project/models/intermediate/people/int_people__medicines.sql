{{ config(materialized='table') }}

{#- The longest beginning of an ATC code that a seed knows is the one that counts. A medicine for a special disease is
    not here, and so in nothing that is made from here. -#}
with products as (

    select * from {{ ref('int_reference__products') }}

),

daily_doses as (

    select * from {{ ref('daily_doses') }}

),

chronic_medicine_classes as (

    select * from {{ ref('chronic_medicine_classes') }}

),

special_disease_classes as (

    select * from {{ ref('special_disease_classes') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

special as (

    select distinct products.sku_id
    from products
    inner join special_disease_classes as classes
        on substr(products.atc_code, 1, length(classes.atc_prefix)) = classes.atc_prefix

),

dosed as (

    select
        products.sku_id,
        products.atc_code,
        products.prescription_class,
        daily_doses.units_per_day,
        try_cast(products.pack_size as double) as pack_units,
        row_number() over (
            partition by products.sku_id
            order by length(daily_doses.atc_prefix) desc nulls last, daily_doses.valid_from desc nulls last
        ) as closeness
    from products
    inner join daily_doses on substr(products.atc_code, 1, length(daily_doses.atc_prefix)) = daily_doses.atc_prefix
    cross join as_of
    where
        daily_doses.valid_from <= as_of.as_of_date
        and products.sku_id not in (select sku_id from special)

),

classified as (

    select
        dosed.sku_id,
        classes.atc_prefix as therapeutic_class,
        classes.condition_code,
        row_number() over (
            partition by dosed.sku_id
            order by length(classes.atc_prefix) desc nulls last, classes.valid_from desc nulls last
        ) as closeness
    from dosed
    inner join chronic_medicine_classes as classes
        on substr(dosed.atc_code, 1, length(classes.atc_prefix)) = classes.atc_prefix
    cross join as_of
    where
        dosed.closeness = 1
        and classes.valid_from <= as_of.as_of_date

),

final as (

    select
        dosed.sku_id,
        dosed.atc_code,
        dosed.prescription_class = 'rx' as is_prescription_only,
        -- The second level of the ATC is the therapeutic subgroup; the seed's beginnings are of that level.
        coalesce(classified.therapeutic_class, substr(dosed.atc_code, 1, 3)) as therapeutic_class,
        classified.condition_code,
        {{ safe_ratio('dosed.pack_units', 'dosed.units_per_day') }} as pack_supply_days
    from dosed
    left join classified
        on
            dosed.sku_id = classified.sku_id
            and classified.closeness = 1
    where
        dosed.closeness = 1
        and dosed.pack_units > 0

)

select * from final
