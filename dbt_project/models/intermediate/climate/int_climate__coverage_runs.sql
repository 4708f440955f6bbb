{#- Rooms with too few points in service, and classes of goods for which a location has no point at all. -#}
with due_days as (

    select * from {{ ref('int_climate__due_days') }}

),

due_span as (

    select * from {{ ref('int_climate__due_span') }}

),

roomless_classes as (

    select * from {{ ref('stg_sensors__roomless_classes') }}

),

parameters as (

    select * from {{ ref('int_climate__parameters') }}

),

room_days as (

    select
        due_days.location_id,
        due_days.room,
        due_days.storage_class,
        due_days.business_date,
        count(*) as point_count
    from due_days
    group by due_days.location_id, due_days.room, due_days.storage_class, due_days.business_date

),

short_days as (

    select
        room_days.*,
        coalesce(room_days.room, '') as room_key
    from room_days
    cross join parameters
    where room_days.point_count < parameters.points_per_room

),

numbered as (

    {{ day_runs('short_days', ['location_id', 'room_key', 'storage_class'], 'business_date') }}

),

final as (

    select
        'too_few_points' as finding_kind,
        location_id,
        room,
        storage_class,
        min(business_date) as first_found_on,
        max(business_date) as last_found_on,
        count(*) as day_count,
        min(point_count) as point_count
    from numbered
    group by location_id, room, storage_class, run_number
    union all
    select
        'no_point' as finding_kind,
        roomless_classes.location_id,
        cast(null as string) as room,
        roomless_classes.storage_class,
        greatest(roomless_classes.first_stored_on, due_span.first_due_on) as first_found_on,
        least(coalesce(roomless_classes.last_stored_on, due_span.last_due_on), due_span.last_due_on) as last_found_on,
        {{ days_between(
            'greatest(roomless_classes.first_stored_on, due_span.first_due_on)',
            'least(coalesce(roomless_classes.last_stored_on, due_span.last_due_on), due_span.last_due_on)'
        ) }} + 1 as day_count,
        0 as point_count
    from roomless_classes
    cross join due_span
    where
        roomless_classes.first_stored_on <= due_span.last_due_on
        and (roomless_classes.last_stored_on >= due_span.first_due_on or roomless_classes.last_stored_on is null)

)

select * from final
