{{ config(materialized='table') }}

{#- The strictest product stored at a point decides its range. Products lie in the room of their class; a class without
    a room of its own lies in a stricter room if there is one, and otherwise makes the strictest room there is keep its
    range. -#}
with sensors as (

    select * from {{ ref('stg_sensors__sensors') }}
    where sensor_kind = 'climate'

),

roomless_classes as (

    select * from {{ ref('stg_sensors__roomless_classes') }}

),

limits as (

    select * from {{ ref('int_climate__limits') }}
    where context = 'storage'

),

period_starts as (

    select
        sensors.sensor_id,
        limits.valid_from
    from sensors
    cross join limits
    union
    select
        sensors.sensor_id,
        roomless_classes.first_stored_on as valid_from
    from sensors
    inner join roomless_classes on sensors.location_id = roomless_classes.location_id
    union
    select
        sensors.sensor_id,
        {{ add_days('roomless_classes.last_stored_on', 1) }} as valid_from
    from sensors
    inner join roomless_classes on sensors.location_id = roomless_classes.location_id
    where roomless_classes.last_stored_on is not null

),

periods as (

    select
        sensor_id,
        valid_from,
        {{ next_start('valid_from', ['sensor_id']) }} as valid_before
    from period_starts

),

own_classes as (

    select
        sensors.sensor_id,
        sensors.location_id,
        sensors.storage_class,
        periods.valid_from,
        periods.valid_before,
        limits.strictness,
        min(limits.strictness) over (partition by sensors.location_id, periods.valid_from) as strictest_at_location
    from sensors
    inner join periods on sensors.sensor_id = periods.sensor_id
    inner join limits
        on
            sensors.storage_class = limits.storage_class
            and {{ is_in_force('periods.valid_from', 'limits.valid_from', 'limits.valid_before') }}

),

stored_classes as (

    select
        own_classes.sensor_id,
        own_classes.valid_from,
        min(limits.strictness) as strictness
    from own_classes
    inner join roomless_classes
        on
            own_classes.location_id = roomless_classes.location_id
            and own_classes.valid_from >= roomless_classes.first_stored_on
            and (own_classes.valid_from <= roomless_classes.last_stored_on or roomless_classes.last_stored_on is null)
    inner join limits
        on
            roomless_classes.storage_class = limits.storage_class
            and {{ is_in_force('own_classes.valid_from', 'limits.valid_from', 'limits.valid_before') }}
    where
        own_classes.strictness = own_classes.strictest_at_location
        and limits.strictness < own_classes.strictness
    group by own_classes.sensor_id, own_classes.valid_from

),

final as (

    select
        own_classes.sensor_id,
        own_classes.storage_class,
        limits.storage_class as range_storage_class,
        limits.temperature_minimum_celsius,
        limits.temperature_maximum_celsius,
        limits.humidity_minimum_percent,
        limits.humidity_maximum_percent,
        limits.in_range_interval_microseconds,
        limits.breach_interval_microseconds,
        own_classes.valid_from,
        own_classes.valid_before
    from own_classes
    left join stored_classes
        on
            own_classes.sensor_id = stored_classes.sensor_id
            and own_classes.valid_from = stored_classes.valid_from
    inner join limits
        on
            coalesce(stored_classes.strictness, own_classes.strictness) = limits.strictness
            and {{ is_in_force('own_classes.valid_from', 'limits.valid_from', 'limits.valid_before') }}

)

select * from final
