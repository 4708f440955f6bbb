{{ config(materialized='table') }}

{#- The stretch from the last reading of a day to the first of the next belongs to the day in which it begins. -#}
with sensor_days as (

    select * from {{ ref('int_climate__sensor_days') }}

),

parameters as (

    select * from {{ ref('int_climate__parameters') }}

),

followed as (

    select
        sensor_id,
        measured_on,
        kinetic_microseconds,
        kinetic_minutes,
        temperature_min_celsius,
        temperature_max_celsius,
        last_temperature_celsius,
        lead(first_microseconds) over (partition by sensor_id order by measured_on nulls last) - last_microseconds
            as overnight_microseconds
    from sensor_days

),

bridged as (

    select
        followed.sensor_id,
        followed.measured_on,
        followed.kinetic_microseconds,
        followed.kinetic_minutes,
        followed.temperature_min_celsius,
        followed.temperature_max_celsius,
        case
            when followed.overnight_microseconds <= parameters.mkt_longest_stretch_microseconds
                then followed.overnight_microseconds
            else 0
        end as overnight_microseconds,
        {{ kinetic_term('followed.last_temperature_celsius', 'parameters.activation_kelvin') }} as last_kinetic_term
    from followed
    cross join parameters

),

final as (

    select
        sensor_id,
        kinetic_microseconds + overnight_microseconds as kinetic_microseconds,
        kinetic_minutes
        + last_kinetic_term * {{ microseconds_as_minutes('overnight_microseconds') }} as kinetic_minutes,
        temperature_min_celsius,
        temperature_max_celsius,
        measured_on
    from bridged

)

select * from final
