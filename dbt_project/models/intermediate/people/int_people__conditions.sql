{{ config(materialized='table') }}

{#- Conditions as far as anything speaks for them. Kinds of evidence are taken to be independent: the confidence is the
    chance that not all of them mislead (noisy or; J. Pearl, Probabilistic Reasoning in Intelligent Systems (1988), section
    4.3.2), each with the weight that the seed gives it at its count. -#}
with fills as (

    select * from {{ ref('int_people__fills') }}
    where condition_code is not null

),

blood_pressures as (

    select * from {{ ref('int_people__blood_pressures') }}

),

measurements as (

    select * from {{ ref('int_people__measurements') }}
    where person_token is not null

),

thresholds as (

    select * from {{ ref('int_people__care_thresholds') }}

),

condition_evidence as (

    {{ rows_in_force(ref('condition_evidence'), ['evidence_kind', 'least_count']) }}

),

repeats as (

    select
        *,
        lag(filled_on) over (
            partition by person_token, condition_code, atc_code
            order by filled_on nulls last, sku_id nulls last
        ) as filled_before_on
    from fills

),

declarations as (

    select
        *,
        row_number() over (
            partition by person_token, condition_code
            order by measured_at desc nulls last, measurement_id asc nulls last
        ) as recency
    from measurements
    where measurement_kind = 'declared_condition'

),

evidence_days as (

    select
        person_token,
        condition_code,
        'purchase' as evidence_kind,
        filled_on as evident_on
    from fills
    union all
    select
        person_token,
        condition_code,
        'prescription' as evidence_kind,
        filled_on as evident_on
    from fills
    where is_prescribed
    union all
    select
        repeats.person_token,
        repeats.condition_code,
        'refill' as evidence_kind,
        repeats.filled_on as evident_on
    from repeats
    cross join thresholds
    where {{ days_between('repeats.filled_before_on', 'repeats.filled_on') }} >= thresholds.least_refill_interval_days
    union all
    select
        blood_pressures.person_token,
        'hypertension' as condition_code,
        'measurement' as evidence_kind,
        blood_pressures.measured_on as evident_on
    from blood_pressures
    cross join thresholds
    where
        blood_pressures.systolic_mmhg >= thresholds.systolic_control_mmhg
        or blood_pressures.diastolic_mmhg >= thresholds.diastolic_control_mmhg
    union all
    select
        measurements.person_token,
        'diabetes' as condition_code,
        'measurement' as evidence_kind,
        measurements.measured_on as evident_on
    from measurements
    cross join thresholds
    where
        (
            measurements.measurement_kind = 'fasting_glucose'
            and measurements.canonical_value >= thresholds.glucose_control_mmol_per_litre
        )
        or (
            measurements.measurement_kind = 'hba1c'
            and measurements.canonical_value >= thresholds.hba1c_diagnosis_percent
        )
    union all
    -- Who takes it back has not declared it.
    select
        person_token,
        condition_code,
        'declaration' as evidence_kind,
        measured_on as evident_on
    from declarations
    where
        recency = 1
        and canonical_value = 1

),

counted as (

    select
        person_token,
        condition_code,
        evidence_kind,
        count(distinct evident_on) as evidence_count,
        min(evident_on) as first_evident_on,
        max(evident_on) as last_evident_on
    from evidence_days
    group by person_token, condition_code, evidence_kind

),

weighed as (

    select
        counted.person_token,
        counted.condition_code,
        counted.evidence_kind,
        counted.evidence_count,
        counted.first_evident_on,
        counted.last_evident_on,
        coalesce(max(condition_evidence.weight), 0) as weight
    from counted
    left join condition_evidence
        on
            counted.evidence_kind = condition_evidence.evidence_kind
            and counted.evidence_count >= condition_evidence.least_count
    group by
        counted.person_token, counted.condition_code, counted.evidence_kind, counted.evidence_count,
        counted.first_evident_on, counted.last_evident_on

),

combined as (

    select
        person_token,
        condition_code,
        {%- for kind in ['prescription', 'purchase', 'refill', 'measurement', 'declaration'] %}
        coalesce(max(case when evidence_kind = '{{ kind }}' then evidence_count end), 0) as {{ kind }}_day_count,
        coalesce(max(case when evidence_kind = '{{ kind }}' then weight end), 0) as {{ kind }}_weight,
        {%- endfor %}
        min(first_evident_on) as first_evident_on,
        max(last_evident_on) as last_evident_on
    from weighed
    group by person_token, condition_code

),

confident as (

    select
        *,
        1 - (1 - prescription_weight) * (1 - purchase_weight) * (1 - refill_weight)
        * (1 - measurement_weight) * (1 - declaration_weight) as confidence
    from combined

),

final as (

    select
        confident.person_token,
        confident.condition_code,
        confident.confidence,
        confident.confidence >= thresholds.least_condition_confidence as is_patient,
        confident.prescription_day_count,
        confident.purchase_day_count,
        confident.refill_day_count,
        confident.measurement_day_count,
        confident.declaration_day_count > 0 as is_declared,
        confident.first_evident_on,
        confident.last_evident_on
    from confident
    cross join thresholds

)

select * from final
