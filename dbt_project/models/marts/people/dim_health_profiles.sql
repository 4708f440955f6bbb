with profiles as (

    select * from {{ ref('int_people__health_profiles') }}

),

final as (

    select
        cast(profiles.person_token as string) as person_token,
        cast(profiles.life_stage as string) as life_stage,
        cast(profiles.pregnancy_week as bigint) as pregnancy_week,
        cast(profiles.baby_age_months as bigint) as baby_age_months,
        cast(profiles.condition_count as bigint) as condition_count,
        cast(profiles.condition_codes as string) as condition_codes,
        cast(profiles.has_hypertension as boolean) as has_hypertension,
        cast(profiles.has_diabetes as boolean) as has_diabetes,
        cast(profiles.medicine_class_count as bigint) as medicine_class_count,
        cast(profiles.least_proportion_of_days_covered as double) as least_proportion_of_days_covered,
        cast(profiles.is_adherent as boolean) as is_adherent,
        cast(profiles.supply_ends_on as date) as supply_ends_on,
        cast(profiles.next_refill_date as date) as next_refill_date,
        cast(profiles.refill_probability as double) as refill_probability,
        cast(profiles.systolic_mmhg as double) as systolic_mmhg,
        cast(profiles.diastolic_mmhg as double) as diastolic_mmhg,
        cast(profiles.blood_pressure_measured_on as date) as blood_pressure_measured_on,
        cast(profiles.blood_pressure_trend as string) as blood_pressure_trend,
        cast(profiles.is_blood_pressure_controlled as boolean) as is_blood_pressure_controlled,
        cast(profiles.fasting_glucose_mmol_per_litre as double) as fasting_glucose_mmol_per_litre,
        cast(profiles.glucose_measured_on as date) as glucose_measured_on,
        cast(profiles.glucose_trend as string) as glucose_trend,
        cast(profiles.is_glucose_controlled as boolean) as is_glucose_controlled,
        cast(profiles.hba1c_percent as double) as hba1c_percent,
        cast(profiles.weight_kilograms as double) as weight_kilograms,
        cast(profiles.risk_tier as string) as risk_tier,
        cast(profiles.risk_reason_zh as string) as risk_reason_zh,
        cast(profiles.risk_reason_en as string) as risk_reason_en,
        cast(profiles.preferred_channel as string) as preferred_channel,
        cast(profiles.preferred_store_id as string) as preferred_store_id,
        cast(profiles.is_contact_allowed as boolean) as is_contact_allowed,
        cast(profiles.next_best_action as string) as next_best_action,
        cast(profiles.next_best_action_zh as string) as next_best_action_zh,
        cast(profiles.next_best_action_en as string) as next_best_action_en,
        cast(profiles.next_best_action_reason_zh as string) as next_best_action_reason_zh,
        cast(profiles.next_best_action_reason_en as string) as next_best_action_reason_en,
        cast(profiles.as_of_date as date) as as_of_date
    from profiles

)

select * from final
