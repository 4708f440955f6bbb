{{ config(materialized='table') }}

{#- What a run changes about sensors already known, or about what is stored around them: only that makes days be
    computed again, not the calibration dates that are sent every few months. -#}
with sensor_copies as (

    select * from {{ source('lake', 'sensors') }}

),

store_copies as (

    select * from {{ source('lake', 'stores') }}

),

new_locations as (

    {{ newly_known('store_copies', 'location_id') }}

),

range_copies as (

    select * from {{ source('lake', 'assortment') }}

),

product_copies as (

    select * from {{ source('lake', 'products') }}

),

current_sensors as (

    select * from {{ ref('stg_sensors__sensors') }}

),

current_classes as (

    select * from {{ ref('stg_sensors__roomless_classes') }}

),

-- As the run before this one saw them.
earlier_versions as (

    select
        *,
        {{ latest_version_rank(['sensor_id']) }} as recency
    from sensor_copies
    where
        not ({{ arrived_in_run() }})
        and location_id not in (select location_id from new_locations)

),

earlier_sensors as (

    select * from earlier_versions
    where recency = 1

),

earlier_rooms as (

    select * from earlier_sensors
    where kind = 'climate'

),

earlier_range_versions as (

    select
        *,
        {{ latest_version_rank(['location_id', 'sku_id', 'ranged_from']) }} as recency
    from range_copies
    where not ({{ arrived_in_run() }})

),

earlier_ranges as (

    select * from earlier_range_versions
    where recency = 1

),

earlier_product_versions as (

    select
        *,
        {{ latest_version_rank(['sku_id']) }} as recency
    from product_copies
    where not ({{ arrived_in_run() }})

),

earlier_products as (

    select * from earlier_product_versions
    where recency = 1

),

earlier_classes as (

    {{ roomless_classes('earlier_rooms', 'earlier_ranges', 'earlier_products') }}

),

only_now as (

    select * from current_classes
    except
    select * from earlier_classes

),

only_before as (

    select * from earlier_classes
    except
    select * from current_classes

),

-- What is stored at a location decides the range of its points.
locations_stored_anew as (

    select location_id from only_now
    union
    select location_id from only_before

),

compared as (

    select
        current_sensors.sensor_id,
        earlier_sensors.sensor_id is null
        or {{ differs('current_sensors.location_id', 'earlier_sensors.location_id') }}
        or {{ differs('current_sensors.room', 'earlier_sensors.room') }}
        or {{ differs('current_sensors.sensor_kind', 'earlier_sensors.kind') }}
        or {{ differs('current_sensors.storage_class', 'earlier_sensors.storage_class') }}
        or {{ differs('current_sensors.installed_on', 'earlier_sensors.installed_on') }}
        or current_sensors.sensor_kind = 'climate'
        and current_sensors.location_id in (select location_id from locations_stored_anew) as is_described_anew,
        {{ differs('current_sensors.removed_on', 'earlier_sensors.removed_on') }} as is_removal_changed,
        least(current_sensors.installed_on, coalesce(earlier_sensors.installed_on, current_sensors.installed_on))
            as first_installed_on,
        least(
            coalesce(current_sensors.removed_on, earlier_sensors.removed_on),
            coalesce(earlier_sensors.removed_on, current_sensors.removed_on)
        ) as first_removed_on
    from current_sensors
    left join earlier_sensors on current_sensors.sensor_id = earlier_sensors.sensor_id

),

final as (

    select
        sensor_id,
        is_described_anew,
        case when is_described_anew then first_installed_on else first_removed_on end as changed_from
    from compared
    where
        is_described_anew
        or is_removal_changed

)

select * from final
