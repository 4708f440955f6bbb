{{ config(**incremental_by_day('measured_on', 'int_climate__touched_days')) }}

{#- Only around breaches of points whose class has a longest excursion: the mean of the 24 hours up to the end of an
    excursion reaches back into the day before it. -#}
with sensor_days as (

    select * from {{ ref('int_climate__sensor_days') }}

),

points as (

    select * from {{ ref('int_climate__points') }}

),

allowances as (

    select * from {{ ref('int_climate__allowances') }}
    where longest_microseconds is not null

),

copies as (

    select * from {{ ref('stg_iot_readings__copies') }}
    where {{ is_touched_reading(ref('int_climate__touched_span'), ref('int_climate__touched_days')) }}

),

parameters as (

    select * from {{ ref('int_climate__parameters') }}

),

breach_days as (

    select
        sensor_days.sensor_id,
        sensor_days.measured_on
    from sensor_days
    inner join points
        on
            sensor_days.sensor_id = points.sensor_id
            and {{ is_in_force('sensor_days.measured_on', 'points.valid_from', 'points.valid_before') }}
    where
        sensor_days.breach_reading_count > 0
        and points.range_storage_class in (select allowances.storage_class from allowances)

),

wanted_days as (

    select
        sensor_id,
        measured_on
    from breach_days
    union
    select
        sensor_id,
        {{ add_days('measured_on', -1) }} as measured_on
    from breach_days

),

candidates as (

    select
        copies.sensor_id,
        copies.measured_on,
        {{ epoch_microseconds('copies.measured_at') }} as measured_microseconds,
        copies.temperature_celsius,
        row_number() over (
            partition by copies.sensor_id, copies.measured_at
            order by copies.arrival_number nulls last, copies.source_position nulls last
        ) as copy_number
    from copies
    inner join wanted_days
        on
            copies.sensor_id = wanted_days.sensor_id
            and copies.measured_on = wanted_days.measured_on
    where
        copies.sensor_kind = 'climate'
        and copies.temperature_celsius is not null
        and copies.unknown_reference is null

),

followed as (

    select
        *,
        lead(measured_microseconds) over (
            partition by sensor_id, measured_on
            order by measured_microseconds nulls last
        ) - measured_microseconds as stretch_microseconds
    from candidates
    where copy_number = 1

),

held as (

    select
        followed.sensor_id,
        followed.measured_on,
        {{ integer_quotient('followed.measured_microseconds', 3600000000) }} as hour_number,
        followed.stretch_microseconds,
        {{ kinetic_term('followed.temperature_celsius', 'parameters.activation_kelvin') }} as kinetic_term
    from followed
    cross join parameters
    where followed.stretch_microseconds <= parameters.mkt_longest_stretch_microseconds

),

final as (

    select
        sensor_id,
        hour_number,
        cast(sum(stretch_microseconds) as bigint) as kinetic_microseconds,
        {{ exact_sum('kinetic_term * ' ~ microseconds_as_minutes('stretch_microseconds')) }} as kinetic_minutes,
        measured_on
    from held
    group by sensor_id, measured_on, hour_number

)

select * from final
