with due_days as (

    select * from {{ ref('int_climate__due_days') }}

),

sensor_days as (

    select * from {{ ref('int_climate__sensor_days') }}

),

-- No recording interval is as long as a day, so a stretch that skips a whole day is unknown wherever it is cut.
beside_neighbours as (

    select
        due_days.business_date,
        due_days.sensor_id,
        due_days.location_id,
        due_days.room,
        due_days.storage_class,
        due_days.range_storage_class,
        due_days.day_end_microseconds - due_days.day_start_microseconds as due_microseconds,
        coalesce(today.in_range_microseconds, 0) as inner_in_range_microseconds,
        coalesce(today.breach_microseconds, 0) as inner_breach_microseconds,
        case
            when today.first_microseconds - yesterday.last_microseconds <= yesterday.last_interval_microseconds
                then today.first_microseconds - due_days.day_start_microseconds
            else 0
        end as morning_microseconds,
        yesterday.is_last_in_range as is_morning_in_range,
        case
            when tomorrow.first_microseconds - today.last_microseconds <= today.last_interval_microseconds
                then due_days.day_end_microseconds - today.last_microseconds
            else 0
        end as evening_microseconds,
        today.is_last_in_range as is_evening_in_range,
        coalesce(today.reading_count, 0) as reading_count,
        today.temperature_mean_celsius,
        today.temperature_min_celsius,
        today.temperature_max_celsius,
        today.humidity_mean_percent,
        today.humidity_min_percent,
        today.humidity_max_percent
    from due_days
    left join sensor_days as today
        on
            due_days.sensor_id = today.sensor_id
            and due_days.business_date = today.measured_on
    left join sensor_days as yesterday
        on
            due_days.sensor_id = yesterday.sensor_id
            and {{ add_days('due_days.business_date', -1) }} = yesterday.measured_on
    left join sensor_days as tomorrow
        on
            due_days.sensor_id = tomorrow.sensor_id
            and {{ add_days('due_days.business_date', 1) }} = tomorrow.measured_on

),

summed as (

    select
        *,
        inner_in_range_microseconds
        + case when is_morning_in_range then morning_microseconds else 0 end
        + case when is_evening_in_range then evening_microseconds else 0 end as in_range_microseconds,
        inner_breach_microseconds
        + case when not is_morning_in_range then morning_microseconds else 0 end
        + case when not is_evening_in_range then evening_microseconds else 0 end as breach_microseconds
    from beside_neighbours

),

final as (

    select
        business_date,
        sensor_id,
        location_id,
        room,
        storage_class,
        range_storage_class,
        due_microseconds,
        in_range_microseconds,
        breach_microseconds,
        due_microseconds - in_range_microseconds - breach_microseconds as unknown_microseconds,
        reading_count,
        temperature_mean_celsius,
        temperature_min_celsius,
        temperature_max_celsius,
        humidity_mean_percent,
        humidity_min_percent,
        humidity_max_percent
    from summed

)

select * from final
