{{ config(materialized='table') }}

{#- The last stretch of a day hangs on the next day's first reading and the other way round. -#}
with reading_days as (

    select * from {{ ref('stg_iot_readings__touched_days') }}

),

changed_sensors as (

    select * from {{ ref('stg_sensors__changed_sensors') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

due_days as (

    select * from {{ ref('int_climate__due_span') }}

),

changed_bounds as (

    select
        greatest(min(changed_sensors.changed_from), min(due_days.first_due_on)) as first_day,
        max(as_of.as_of_date) as last_day
    from changed_sensors
    cross join due_days
    cross join as_of

),

changed_days as (

    {{ day_spine('(select first_day from changed_bounds)', '(select last_day from changed_bounds)', 'touched_day') }}

),

final as (

    select touched_day from reading_days
    union
    select {{ add_days('touched_day', -1) }} as touched_day
    from reading_days
    union
    select {{ add_days('touched_day', 1) }} as touched_day
    from reading_days
    union
    select touched_day from changed_days

)

select * from final
