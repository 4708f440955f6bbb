{{ config(materialized='table') }}

with ranges as (

    select * from {{ ref('int_supply__ranges') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

suppliers as (

    select * from {{ ref('stg_suppliers__suppliers') }}

),

relations as (

    select * from {{ ref('supply_relations') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

ranged as (

    select distinct
        ranges.location_id,
        ranges.sku_id
    from ranges
    cross join as_of
    where
        ranges.ranged_from <= as_of.as_of_date
        and (ranges.ranged_to >= as_of.as_of_date or ranges.ranged_to is null)

),

relations_in_force as (

    select
        relations.*,
        row_number() over (
            partition by relations.source_kind, relations.location_kind order by relations.valid_from desc
        ) as recency
    from relations
    cross join as_of
    where relations.valid_from <= as_of.as_of_date

),

sourced as (

    select
        ranged.location_id,
        ranged.sku_id,
        locations.parent_location_id as source_location_id,
        products.supplier_id,
        locations.location_kind,
        coalesce(sources.location_kind, 'supplier') as source_kind,
        case when sources.location_id is null then suppliers.agreed_lead_time_days end as agreed_lead_time_days
    from ranged
    inner join locations on ranged.location_id = locations.location_id
    inner join products on ranged.sku_id = products.sku_id
    left join locations as sources on locations.parent_location_id = sources.location_id
    left join suppliers on products.supplier_id = suppliers.supplier_id

),

timed as (

    select
        sourced.location_id,
        sourced.sku_id,
        sourced.source_location_id,
        sourced.supplier_id,
        coalesce(cast(sourced.agreed_lead_time_days as double), relations_in_force.lead_time_days) as lead_time_days,
        relations_in_force.lead_time_sd_days,
        relations_in_force.review_days
    from sourced
    inner join relations_in_force
        on
            sourced.source_kind = relations_in_force.source_kind
            and sourced.location_kind = relations_in_force.location_kind
            and relations_in_force.recency = 1

),

final as (

    select
        location_id,
        sku_id,
        source_location_id,
        supplier_id,
        lead_time_days,
        lead_time_sd_days,
        review_days,
        cast({{ integer_ceiling('lead_time_days + review_days') }} as integer) as protection_days
    from timed

)

select * from final
