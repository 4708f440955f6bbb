{{ config(materialized='table') }}

{#- One row per person who allows it: what is known, which risk rules hold, and which contact should come next; no rule
    and no text names a medicine. -#}
{% set risks = {
    'blood_pressure_very_high':
        'systolic_mmhg >= systolic_high_risk_mmhg or diastolic_mmhg >= diastolic_high_risk_mmhg',
    'glucose_very_high': 'fasting_glucose_mmol_per_litre >= glucose_high_risk_mmol_per_litre',
    'glucose_too_low': 'fasting_glucose_mmol_per_litre < glucose_low_risk_mmol_per_litre',
    'supply_interrupted': 'is_supply_interrupted',
    'blood_pressure_uncontrolled': 'not is_blood_pressure_controlled',
    'glucose_uncontrolled': 'not is_glucose_controlled',
    'not_adherent': 'not is_adherent',
    'many_conditions': 'condition_count >= many_conditions',
    'expecting': 'pregnancy_week is not null',
    'patient': 'condition_count > 0',
} %}
{% set due_actions = {
    'pharmacist_call': "risk_tier = 'high'",
    'refill_reminder': 'supply_ends_on <= reminded_until_date',
    'measurement':
        '(has_hypertension and (blood_pressure_measured_on < measured_since_date or blood_pressure_measured_on is null))'
        ~ ' or (has_diabetes and (glucose_measured_on < measured_since_date or glucose_measured_on is null))',
    'check_up': 'not is_blood_pressure_controlled or not is_glucose_controlled or pregnancy_week is not null',
    'lecture': 'condition_count > 0 or baby_age_months is not null',
} %}
with facts as (

    select * from {{ ref('int_people__health_facts') }}

),

thresholds as (

    select * from {{ ref('int_people__care_thresholds') }}

),

risk_rules as (

    {{ rows_in_force(ref('health_risk_rules'), ['rule_code']) }}

),

actions as (

    {{ rows_in_force(ref('next_best_actions'), ['action_code']) }}

),

judged as (

    select
        facts.*,
        thresholds.systolic_high_risk_mmhg,
        thresholds.diastolic_high_risk_mmhg,
        thresholds.glucose_high_risk_mmol_per_litre,
        thresholds.glucose_low_risk_mmol_per_litre,
        thresholds.many_conditions,
        {{ add_days('facts.as_of_date', 'thresholds.refill_soon_days') }} as reminded_until_date,
        {{ add_days('facts.as_of_date', '-thresholds.recent_measurement_days') }} as measured_since_date
    from facts
    cross join thresholds

),

risk_hits as (

    {% for code, condition in risks.items() %}
    select
        person_token,
        '{{ code }}' as rule_code
    from judged
    where {{ condition }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

ranked_hits as (

    select
        risk_hits.person_token,
        risk_rules.rule_code,
        risk_rules.reason_zh,
        risk_rules.reason_en,
        case risk_rules.risk_tier when 'high' then 3 when 'medium' then 2 else 1 end as severity
    from risk_hits
    inner join risk_rules on risk_hits.rule_code = risk_rules.rule_code

),

worst_hits as (

    select
        *,
        max(severity) over (partition by person_token) as worst_severity
    from ranked_hits

),

tiers as (

    select
        person_token,
        case max(worst_severity) when 3 then 'high' when 2 then 'medium' else 'low' end as risk_tier,
        {{ joined_text('reason_zh', '；', 'rule_code') }} as risk_reason_zh,
        {{ joined_text('reason_en', '; ', 'rule_code') }} as risk_reason_en
    from worst_hits
    where severity = worst_severity
    group by person_token

),

tiered as (

    select
        judged.*,
        coalesce(tiers.risk_tier, 'none') as risk_tier,
        tiers.risk_reason_zh,
        tiers.risk_reason_en
    from judged
    left join tiers on judged.person_token = tiers.person_token

),

due as (

    {% for code, condition in due_actions.items() %}
    select
        person_token,
        '{{ code }}' as action_code
    from tiered
    where
        is_contact_allowed
        and ({{ condition }})
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

ranked_actions as (

    select
        due.person_token,
        actions.action_code,
        actions.action_name_zh,
        actions.action_name_en,
        actions.reason_zh,
        actions.reason_en,
        row_number() over (partition by due.person_token order by actions.priority nulls last) as turn
    from due
    inner join actions on due.action_code = actions.action_code

),

final as (

    select
        tiered.person_token,
        tiered.birth_year,
        tiered.sex,
        tiered.life_stage,
        tiered.pregnancy_week,
        tiered.baby_age_months,
        tiered.condition_count,
        tiered.condition_codes,
        tiered.has_hypertension,
        tiered.has_diabetes,
        tiered.medicine_class_count,
        tiered.least_proportion_of_days_covered,
        tiered.is_adherent,
        tiered.supply_ends_on,
        tiered.next_refill_date,
        tiered.refill_probability,
        tiered.systolic_mmhg,
        tiered.diastolic_mmhg,
        tiered.blood_pressure_measured_on,
        tiered.blood_pressure_trend,
        tiered.is_blood_pressure_controlled,
        tiered.fasting_glucose_mmol_per_litre,
        tiered.glucose_measured_on,
        tiered.glucose_trend,
        tiered.is_glucose_controlled,
        tiered.hba1c_percent,
        tiered.weight_kilograms,
        tiered.risk_tier,
        tiered.risk_reason_zh,
        tiered.risk_reason_en,
        tiered.preferred_channel,
        tiered.preferred_store_id,
        tiered.home_store_id,
        tiered.is_contact_allowed,
        ranked_actions.action_code as next_best_action,
        ranked_actions.action_name_zh as next_best_action_zh,
        ranked_actions.action_name_en as next_best_action_en,
        ranked_actions.reason_zh as next_best_action_reason_zh,
        ranked_actions.reason_en as next_best_action_reason_en,
        tiered.as_of_date
    from tiered
    left join ranked_actions
        on
            tiered.person_token = ranked_actions.person_token
            and ranked_actions.turn = 1

)

select * from final
