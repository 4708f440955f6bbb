{{ config(materialized='table') }}

with versions as (

    select * from {{ ref('stg_stores__versions') }}

),

final as (

    select
        location_id,
        name_zh as location_name_zh,
        name_en as location_name_en,
        kind as location_kind,
        region_zh,
        region_en,
        city_zh,
        city_en,
        latitude,
        longitude,
        parent_location_id,
        opened_on,
        closed_on,
        opens_at,
        closes_at,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
