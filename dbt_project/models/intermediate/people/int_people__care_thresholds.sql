{{ config(materialized='table') }}

{#- Always one row, a value that is missing being null. -#}
with in_force as (

    {{ values_in_force(ref('chronic_care_thresholds'), 'threshold_code') }}

),

final as (

    select
        max(value) filter (where threshold_code = 'adherent_pdc') as adherent_pdc,
        max(value) filter (where threshold_code = 'least_adherence_age') as least_adherence_age,
        max(value) filter (where threshold_code = 'least_fill_days') as least_fill_days,
        max(value) filter (where threshold_code = 'least_days_from_first_fill') as least_days_from_first_fill,
        max(value) filter (where threshold_code = 'renewal_grace_days') as renewal_grace_days,
        max(value) filter (where threshold_code = 'systolic_control_mmhg') as systolic_control_mmhg,
        max(value) filter (where threshold_code = 'diastolic_control_mmhg') as diastolic_control_mmhg,
        max(value) filter (where threshold_code = 'glucose_control_mmol_per_litre') as glucose_control_mmol_per_litre,
        max(value) filter (where threshold_code = 'hba1c_diagnosis_percent') as hba1c_diagnosis_percent,
        max(value) filter (where threshold_code = 'least_refill_interval_days') as least_refill_interval_days,
        max(value) filter (where threshold_code = 'least_condition_confidence') as least_condition_confidence,
        max(value) filter (where threshold_code = 'trend_days') as trend_days,
        max(value) filter (where threshold_code = 'recent_measurement_days') as recent_measurement_days,
        max(value) filter (where threshold_code = 'refill_soon_days') as refill_soon_days,
        max(value) filter (where threshold_code = 'refill_history_intervals') as refill_history_intervals,
        max(value) filter (where threshold_code = 'refill_horizon_days') as refill_horizon_days,
        max(value) filter (where threshold_code = 'refill_sd_share') as refill_sd_share,
        max(value) filter (where threshold_code = 'systolic_high_risk_mmhg') as systolic_high_risk_mmhg,
        max(value) filter (where threshold_code = 'diastolic_high_risk_mmhg') as diastolic_high_risk_mmhg,
        max(value) filter (where threshold_code = 'glucose_high_risk_mmol_per_litre')
            as glucose_high_risk_mmol_per_litre,
        max(value) filter (where threshold_code = 'glucose_low_risk_mmol_per_litre') as glucose_low_risk_mmol_per_litre,
        max(value) filter (where threshold_code = 'many_conditions') as many_conditions,
        max(value) filter (where threshold_code = 'pregnancy_most_weeks') as pregnancy_most_weeks,
        max(value) filter (where threshold_code = 'baby_most_months') as baby_most_months,
        max(value) filter (where threshold_code = 'older_adult_age') as older_adult_age
    from in_force

)

select * from final
