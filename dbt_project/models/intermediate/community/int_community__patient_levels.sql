{{ config(materialized='table') }}

{#- Levels of a month that scorecards compare. Rising adherence is an improvement, falling pressure or glucose too. -#}
with blood_pressures as (

    select * from {{ ref('int_people__blood_pressures') }}

),

measurements as (

    select * from {{ ref('int_people__measurements') }}
    where
        measurement_kind = 'fasting_glucose'
        and person_token is not null

),

conditions as (

    select * from {{ ref('int_people__conditions') }}
    where is_patient

),

adherence as (

    select * from {{ ref('int_people__adherence') }}
    where
        is_closed_month
        and is_eligible

),

readings as (

    select
        'systolic_improvement' as figure_code,
        'hypertension' as condition_code,
        person_token,
        {{ month_start('measured_on') }} as month_start_date,
        systolic_mmhg as level
    from blood_pressures
    union all
    select
        'fasting_glucose_improvement' as figure_code,
        'diabetes' as condition_code,
        person_token,
        {{ month_start('measured_on') }} as month_start_date,
        canonical_value as level
    from measurements

),

levels as (

    select
        readings.figure_code,
        readings.condition_code,
        readings.person_token,
        readings.month_start_date,
        {{ safe_ratio(exact_sum('readings.level'), 'count(*)') }} as level
    from readings
    inner join conditions
        on
            readings.person_token = conditions.person_token
            and readings.condition_code = conditions.condition_code
    group by readings.figure_code, readings.condition_code, readings.person_token, readings.month_start_date
    union all
    select
        'adherence_improvement' as figure_code,
        condition_code,
        person_token,
        {{ month_start('period_end_date') }} as month_start_date,
        {{ safe_ratio(exact_sum('proportion_of_days_covered'), 'count(*)') }} as level
    from adherence
    group by condition_code, person_token, {{ month_start('period_end_date') }}

)

select * from levels
