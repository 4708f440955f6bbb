with points as (

    select * from {{ ref('stg_sensors__sensors') }}
    where sensor_kind = 'climate'

),

ranges_held as (

    select * from {{ ref('int_climate__points') }}

),

due_span as (

    select * from {{ ref('int_climate__due_span') }}

),

spine as (

    {{ day_spine('(select first_due_on from due_span)', '(select last_due_on from due_span)', 'business_date') }}

),

final as (

    select
        points.sensor_id,
        points.location_id,
        points.room,
        points.storage_class,
        ranges_held.range_storage_class,
        {{ epoch_microseconds(day_start('spine.business_date')) }} as day_start_microseconds,
        {{ epoch_microseconds(day_start(add_days('spine.business_date', 1))) }} as day_end_microseconds,
        spine.business_date
    from spine
    inner join points
        on
            spine.business_date >= points.installed_on
            and (spine.business_date <= points.removed_on or points.removed_on is null)
    left join ranges_held
        on
            points.sensor_id = ranges_held.sensor_id
            and {{ is_in_force('spine.business_date', 'ranges_held.valid_from', 'ranges_held.valid_before') }}

)

select * from final
