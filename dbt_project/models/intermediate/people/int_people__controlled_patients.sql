{#- Patients with a reading in the month, by the last one of it. -#}
with conditions as (

    select * from {{ ref('int_people__conditions') }}
    where is_patient

),

blood_pressures as (

    select * from {{ ref('int_people__blood_pressures') }}

),

measurements as (

    select * from {{ ref('int_people__measurements') }}
    where measurement_kind = 'fasting_glucose'

),

closed_months as (

    select * from {{ ref('int_people__closed_months') }}

),

demographics as (

    select * from {{ ref('int_people__demographics') }}

),

thresholds as (

    select * from {{ ref('int_people__care_thresholds') }}

),

readings as (

    select
        'hypertension' as condition_code,
        blood_pressures.person_token,
        blood_pressures.measured_at,
        blood_pressures.measured_on,
        blood_pressures.systolic_mmhg < thresholds.systolic_control_mmhg
        and blood_pressures.diastolic_mmhg < thresholds.diastolic_control_mmhg as is_controlled
    from blood_pressures
    cross join thresholds
    union all
    -- Of two values of one time the higher one counts.
    select
        'diabetes' as condition_code,
        measurements.person_token,
        measurements.measured_at,
        measurements.measured_on,
        max(measurements.canonical_value) < max(thresholds.glucose_control_mmol_per_litre) as is_controlled
    from measurements
    cross join thresholds
    group by measurements.person_token, measurements.measured_at, measurements.measured_on

),

last_readings as (

    select
        readings.condition_code,
        readings.person_token,
        readings.is_controlled,
        closed_months.month_end_date,
        row_number() over (
            partition by readings.condition_code, readings.person_token, closed_months.month_end_date
            order by readings.measured_at desc nulls last
        ) as recency
    from readings
    inner join conditions
        on
            readings.condition_code = conditions.condition_code
            and readings.person_token = conditions.person_token
    inner join closed_months
        on readings.measured_on between closed_months.month_start_date and closed_months.month_end_date

),

final as (

    select
        last_readings.month_end_date as business_date,
        last_readings.condition_code,
        demographics.home_store_id as store_id,
        last_readings.person_token,
        last_readings.is_controlled as is_counted
    from last_readings
    left join demographics on last_readings.person_token = demographics.person_token
    where last_readings.recency = 1

)

select * from final
