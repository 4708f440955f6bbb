{{ config(materialized='table') }}

with locations as (

    select * from {{ ref('stg_stores__locations') }}

),

final as (

    select
        location_id,
        location_name_zh,
        location_name_en,
        location_kind,
        region_zh,
        region_en,
        city_zh,
        city_en,
        latitude,
        longitude,
        parent_location_id,
        opened_on,
        closed_on
    from locations

)

select * from final
