{#- Two good sensors of one room cannot differ by more than both their errors: where they do for days, one of them
    drifts. It is the one that has moved away from its own past by more when the difference is first found. -#}
with sensors as (

    select * from {{ ref('int_climate__sensors') }}

),

kinetic_days as (

    select * from {{ ref('int_climate__kinetic_days') }}

),

accuracies as (

    select
        *,
        {{ next_start('valid_from', ['quantity', 'minimum_value']) }} as valid_before
    from {{ ref('sensor_accuracies') }}
    where quantity = 'temperature_celsius'

),

parameters as (

    select * from {{ ref('int_climate__parameters') }}

),

-- Means over time, not over readings: these come faster while it is out of range.
day_means as (

    select
        kinetic_days.sensor_id,
        sensors.location_id,
        sensors.room,
        sensors.storage_class,
        {{ rounded(mean_kinetic_temperature(
            safe_ratio('kinetic_days.kinetic_minutes', microseconds_as_minutes('kinetic_days.kinetic_microseconds')),
            'parameters.activation_kelvin'
        ), 6) }} as day_celsius,
        kinetic_days.measured_on
    from kinetic_days
    inner join sensors on kinetic_days.sensor_id = sensors.sensor_id
    cross join parameters
    where kinetic_days.kinetic_microseconds >= parameters.drift_least_microseconds

),

beside_past as (

    select
        day_means.*,
        coalesce(abs(day_means.day_celsius - {{ safe_ratio(
            exact_sum('day_means.day_celsius', '(partition by day_means.sensor_id order by day_means.measured_on nulls last rows between unbounded preceding and 1 preceding)'),
            'count(day_means.day_celsius) over (partition by day_means.sensor_id order by day_means.measured_on nulls last rows between unbounded preceding and 1 preceding)'
        ) }}), 0) as moved_celsius,
        accuracies.accuracy
    from day_means
    inner join accuracies
        on
            day_means.day_celsius >= accuracies.minimum_value
            and day_means.day_celsius < accuracies.maximum_value
            and {{ is_in_force('day_means.measured_on', 'accuracies.valid_from', 'accuracies.valid_before') }}

),

beside_others as (

    select
        one.sensor_id,
        one.location_id,
        one.room,
        one.storage_class,
        one.measured_on,
        one.moved_celsius,
        max(other.moved_celsius) as others_moved_celsius,
        one.day_celsius
        - {{ safe_ratio(exact_sum('other.day_celsius'), 'count(*)') }} as deviation_celsius,
        one.accuracy + max(other.accuracy) as tolerance_celsius
    from beside_past as one
    inner join beside_past as other
        on
            one.location_id = other.location_id
            and one.room = other.room
            and one.measured_on = other.measured_on
            and one.sensor_id != other.sensor_id
    group by
        one.sensor_id,
        one.location_id,
        one.room,
        one.storage_class,
        one.measured_on,
        one.moved_celsius,
        one.day_celsius,
        one.accuracy

),

apart as (

    select
        *,
        moved_celsius >= others_moved_celsius as is_suspect
    from beside_others
    where abs(deviation_celsius) > tolerance_celsius

),

numbered as (

    {{ day_runs('apart', ['sensor_id'], 'measured_on') }}

),

runs as (

    select
        sensor_id,
        location_id,
        room,
        storage_class,
        run_number,
        min(measured_on) as first_found_on,
        max(measured_on) as last_found_on,
        count(*) as day_count,
        max(abs(deviation_celsius)) as peak_deviation_celsius
    from numbered
    group by sensor_id, location_id, room, storage_class, run_number

),

final as (

    select runs.*
    from runs
    inner join apart
        on
            runs.sensor_id = apart.sensor_id
            and runs.first_found_on = apart.measured_on
    cross join parameters
    where
        apart.is_suspect
        and runs.day_count >= parameters.drift_days

)

select * from final
