{{ config(materialized='table') }}

with versions as (

    select * from {{ ref('stg_sensors__versions') }}

),

final as (

    select
        sensor_id,
        -- Short key for joins and windows over very many readings; valid within one query only.
        cast(row_number() over (order by sensor_id nulls last) as integer) as sensor_number,
        location_id,
        room,
        kind as sensor_kind,
        storage_class,
        sku_id,
        installed_on,
        removed_on,
        calibrated_on,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
