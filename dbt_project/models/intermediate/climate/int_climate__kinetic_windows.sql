with due_days as (

    select * from {{ ref('int_climate__due_days') }}

),

kinetic_days as (

    select * from {{ ref('int_climate__kinetic_days') }}

),

parameters as (

    select * from {{ ref('int_climate__parameters') }}

),

allowances as (

    select * from {{ ref('int_climate__allowances') }}

),

sums as (

    select
        due_days.business_date,
        due_days.sensor_id,
        due_days.location_id,
        due_days.room,
        due_days.storage_class,
        due_days.range_storage_class,
        sum(case when kinetic_days.measured_on = due_days.business_date then kinetic_days.kinetic_microseconds end)
            as day_microseconds,
        sum(case when kinetic_days.measured_on = due_days.business_date then kinetic_days.kinetic_minutes end)
            as day_kinetic_minutes,
        min(case when kinetic_days.measured_on = due_days.business_date then kinetic_days.temperature_min_celsius end)
            as temperature_min_celsius,
        max(case when kinetic_days.measured_on = due_days.business_date then kinetic_days.temperature_max_celsius end)
            as temperature_max_celsius,
        sum(kinetic_days.kinetic_microseconds) as window_microseconds,
        {{ exact_sum('kinetic_days.kinetic_minutes') }} as window_kinetic_minutes
    from due_days
    cross join parameters
    left join kinetic_days
        on
            due_days.sensor_id = kinetic_days.sensor_id
            and due_days.business_date >= kinetic_days.measured_on
            and due_days.business_date
            < {{ add_days('kinetic_days.measured_on', 'parameters.mkt_long_window_days') }}
    group by
        due_days.business_date,
        due_days.sensor_id,
        due_days.location_id,
        due_days.room,
        due_days.storage_class,
        due_days.range_storage_class

),

means as (

    select
        sums.business_date,
        sums.sensor_id,
        sums.location_id,
        sums.room,
        sums.storage_class,
        sums.range_storage_class,
        sums.temperature_min_celsius,
        sums.temperature_max_celsius,
        coalesce(sums.day_microseconds, 0) as day_microseconds,
        coalesce(sums.window_microseconds, 0) as window_microseconds,
        {{ mean_kinetic_temperature(
            safe_ratio('sums.day_kinetic_minutes', microseconds_as_minutes('sums.day_microseconds')),
            'parameters.activation_kelvin'
        ) }} as day_mkt_celsius,
        {{ mean_kinetic_temperature(
            safe_ratio('sums.window_kinetic_minutes', microseconds_as_minutes('sums.window_microseconds')),
            'parameters.activation_kelvin'
        ) }} as window_mkt_celsius
    from sums
    cross join parameters

),

final as (

    select
        means.business_date,
        means.sensor_id,
        means.location_id,
        means.room,
        means.storage_class,
        means.range_storage_class,
        means.day_microseconds,
        means.window_microseconds,
        {{ rounded('means.day_mkt_celsius', 6) }} as day_mkt_celsius,
        {{ rounded('means.window_mkt_celsius', 6) }} as window_mkt_celsius,
        allowances.mkt_maximum_celsius,
        case
            when allowances.mkt_window_days = 1 then {{ rounded('means.day_mkt_celsius', 6) }}
            else {{ rounded('means.window_mkt_celsius', 6) }}
        end <= allowances.mkt_maximum_celsius as is_mkt_within_limit,
        means.temperature_min_celsius >= allowances.minimum_celsius
        and means.temperature_max_celsius <= allowances.maximum_celsius as is_within_allowed_excursion
    from means
    left join allowances
        on
            means.range_storage_class = allowances.storage_class
            and {{ is_in_force('means.business_date', 'allowances.valid_from', 'allowances.valid_before') }}

)

select * from final
