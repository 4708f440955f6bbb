with locations as (

    select * from {{ ref('int_reference__locations') }}

),

final as (

    select
        cast(location_id as string) as store_id,
        cast(location_name_zh as string) as store_name_zh,
        cast(location_name_en as string) as store_name_en,
        cast(location_kind as string) as location_kind,
        cast(region_zh as string) as region_zh,
        cast(region_en as string) as region_en,
        cast(city_zh as string) as city_zh,
        cast(city_en as string) as city_en,
        cast(latitude as double) as latitude,
        cast(longitude as double) as longitude,
        cast(parent_location_id as string) as parent_location_id,
        cast(opened_on as date) as opened_on,
        cast(closed_on as date) as closed_on
    from locations

)

select * from final
