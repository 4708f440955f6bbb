{{ config(materialized='table') }}

with excursions as (

    select * from {{ ref('int_climate__excursions') }}

),

sensors as (

    select * from {{ ref('int_climate__sensors') }}

),

points as (

    select * from {{ ref('int_climate__points') }}

),

accuracies as (

    select
        *,
        {{ next_start('valid_from', ['quantity', 'minimum_value']) }} as valid_before
    from {{ ref('sensor_accuracies') }}

),

allowances as (

    select * from {{ ref('int_climate__allowances') }}

),

kinetic_hours as (

    select * from {{ ref('int_climate__kinetic_hours') }}

),

parameters as (

    select * from {{ ref('int_climate__parameters') }}

),

described as (

    select
        {{ excursion_id('excursions.sensor_id', 'excursions.started_microseconds') }} as excursion_id,
        excursions.sensor_id,
        sensors.location_id,
        sensors.room,
        sensors.storage_class,
        points.range_storage_class,
        points.temperature_minimum_celsius,
        points.temperature_maximum_celsius,
        points.humidity_minimum_percent,
        points.humidity_maximum_percent,
        excursions.started_microseconds,
        excursions.ended_microseconds,
        coalesce(excursions.ended_microseconds, excursions.last_microseconds) as known_until_microseconds,
        excursions.started_on,
        excursions.has_temperature_breach,
        excursions.has_humidity_breach,
        excursions.peak_temperature_celsius,
        excursions.peak_humidity_percent,
        excursions.breach_microseconds,
        excursions.unknown_microseconds
    from excursions
    inner join sensors on excursions.sensor_id = sensors.sensor_id
    inner join points
        on
            excursions.sensor_id = points.sensor_id
            and {{ is_in_force('excursions.started_on', 'points.valid_from', 'points.valid_before') }}

),

-- Twenty-four whole hours, the last of them the one in which the excursion ended.
kinetic_means as (

    select
        described.excursion_id,
        {{ safe_ratio(
            exact_sum('kinetic_hours.kinetic_minutes'),
            microseconds_as_minutes('sum(kinetic_hours.kinetic_microseconds)')
        ) }} as mean_term
    from described
    inner join kinetic_hours
        on
            described.sensor_id = kinetic_hours.sensor_id
            and kinetic_hours.hour_number
            between {{ integer_quotient('described.known_until_microseconds', 3600000000) }} - 23
            and {{ integer_quotient('described.known_until_microseconds', 3600000000) }}
    group by described.excursion_id

),

measured as (

    select
        described.*,
        temperature_accuracies.accuracy as temperature_accuracy_celsius,
        humidity_accuracies.accuracy as humidity_accuracy_percent,
        {{ rounded(mean_kinetic_temperature('kinetic_means.mean_term', 'parameters.activation_kelvin'), 6) }}
            as mkt_24_hours_celsius,
        allowances.minimum_celsius,
        allowances.maximum_celsius,
        allowances.longest_microseconds,
        allowances.mkt_maximum_celsius
    from described
    cross join parameters
    left join kinetic_means on described.excursion_id = kinetic_means.excursion_id
    left join accuracies as temperature_accuracies
        on
            temperature_accuracies.quantity = 'temperature_celsius'
            and described.peak_temperature_celsius >= temperature_accuracies.minimum_value
            and described.peak_temperature_celsius < temperature_accuracies.maximum_value
            and {{ is_in_force(
                'described.started_on', 'temperature_accuracies.valid_from', 'temperature_accuracies.valid_before'
            ) }}
    left join accuracies as humidity_accuracies
        on
            humidity_accuracies.quantity = 'humidity_percent'
            and {{ is_in_force(
                'described.started_on', 'humidity_accuracies.valid_from', 'humidity_accuracies.valid_before'
            ) }}
    left join allowances
        on
            described.range_storage_class = allowances.storage_class
            and {{ is_in_force('described.started_on', 'allowances.valid_from', 'allowances.valid_before') }}

),

final as (

    select
        excursion_id,
        sensor_id,
        location_id,
        room,
        storage_class,
        range_storage_class,
        started_microseconds,
        ended_microseconds,
        started_on,
        has_temperature_breach,
        has_humidity_breach,
        peak_temperature_celsius,
        peak_humidity_percent,
        breach_microseconds,
        unknown_microseconds,
        temperature_accuracy_celsius,
        humidity_accuracy_percent,
        -- The error is said beside the excursion, which stays one: a good sensor could have read so within the limits.
        (
            not has_temperature_breach
            or peak_temperature_celsius between temperature_minimum_celsius - temperature_accuracy_celsius
            and temperature_maximum_celsius + temperature_accuracy_celsius
        )
        and (
            not has_humidity_breach
            or peak_humidity_percent between humidity_minimum_percent - humidity_accuracy_percent
            and humidity_maximum_percent + humidity_accuracy_percent
        ) as is_within_accuracy,
        mkt_24_hours_celsius,
        case
            when not has_temperature_breach or maximum_celsius is null then 'none'
            when peak_temperature_celsius not between minimum_celsius and maximum_celsius then 'exceeded'
            when breach_microseconds > longest_microseconds then 'exceeded'
            when mkt_24_hours_celsius > mkt_maximum_celsius then 'exceeded'
            when ended_microseconds is null or mkt_24_hours_celsius is null then 'unknown'
            when ended_microseconds - started_microseconds > longest_microseconds then 'unknown'
            else 'kept'
        end as allowance_verdict
    from measured

)

select * from final
