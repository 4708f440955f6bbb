{{ config(materialized='table') }}

{#- What a pharmacist needs to know before the next contact; int_people__health_profiles makes something of it. -#}
with care_consents as (

    select * from {{ ref('int_people__consents_in_force') }}
    where purpose = 'care'

),

demographics as (

    select * from {{ ref('int_people__demographics') }}

),

conditions as (

    select * from {{ ref('int_people__conditions') }}
    where is_patient

),

adherence as (

    select * from {{ ref('int_people__adherence') }}

),

outlooks as (

    select * from {{ ref('int_people__refill_outlooks') }}
    where condition_code is not null

),

trends as (

    select * from {{ ref('int_people__measurement_trends') }}

),

blood_pressures as (

    select * from {{ ref('int_people__blood_pressures') }}

),

life_stages as (

    select * from {{ ref('int_people__life_stages') }}

),

order_facts as (

    select * from {{ ref('int_orders__order_facts') }}
    where is_completed

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

thresholds as (

    select * from {{ ref('int_people__care_thresholds') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

consenting as (

    select distinct person_token
    from person_identifiers
    where {{ has_consent('person_token', ['profiling', 'health_data']) }}

),

condition_lists as (

    select
        person_token,
        count(*) as condition_count,
        {{ joined_text('condition_code', ';', 'condition_code') }} as condition_codes,
        max(case when condition_code = 'hypertension' then 1 else 0 end) = 1 as has_hypertension,
        max(case when condition_code = 'diabetes' then 1 else 0 end) = 1 as has_diabetes
    from conditions
    group by person_token

),

-- The period that ends last is that of the as-of day.
adherence_now as (

    select
        adherence.person_token,
        min(adherence.proportion_of_days_covered) as least_proportion_of_days_covered,
        min(case when adherence.is_adherent then 1 else 0 end) = 1 as is_adherent
    from adherence
    cross join as_of
    where
        adherence.period_end_date = as_of.as_of_date
        and adherence.is_eligible
    group by adherence.person_token

),

-- A medicine is taken by who has the condition or came for it again; what else was bought once is not reminded of.
medicines_in_use as (

    select outlooks.*
    from outlooks
    cross join thresholds
    left join conditions
        on
            outlooks.person_token = conditions.person_token
            and outlooks.condition_code = conditions.condition_code
    where
        outlooks.is_in_use
        and (
            conditions.person_token is not null
            or outlooks.fill_day_count >= thresholds.least_fill_days
        )

),

in_use as (

    select
        person_token,
        count(*) as medicine_class_count,
        min(supply_ends_on) as supply_ends_on,
        min(next_refill_date) as next_refill_date
    from medicines_in_use
    group by person_token

),

-- Of the classes in use the one that is expected first, and of several of them the one that is likelier.
next_refills as (

    select
        medicines_in_use.person_token,
        max(medicines_in_use.refill_probability) as refill_probability
    from medicines_in_use
    inner join in_use
        on
            medicines_in_use.person_token = in_use.person_token
            and medicines_in_use.next_refill_date = in_use.next_refill_date
    group by medicines_in_use.person_token

),

-- A medicine that was taken home once and never again is not being taken.
interrupted as (

    select distinct outlooks.person_token
    from outlooks
    inner join conditions
        on
            outlooks.person_token = conditions.person_token
            and outlooks.condition_code = conditions.condition_code
    cross join thresholds
    where
        not outlooks.is_in_use
        and outlooks.fill_day_count >= thresholds.least_fill_days

),

last_pressures as (

    select
        *,
        row_number() over (partition by person_token order by measured_at desc nulls last) as recency
    from blood_pressures

),

glucose as (

    select * from trends
    where measurement_kind = 'fasting_glucose'

),

glycated as (

    select * from trends
    where measurement_kind = 'hba1c'

),

weights as (

    select * from trends
    where measurement_kind = 'weight'

),

systolic as (

    select * from trends
    where measurement_kind = 'systolic'

),

visits as (

    select
        person_identifiers.person_token,
        order_facts.channel,
        order_facts.store_id,
        order_facts.order_id,
        order_facts.placed_on
    from order_facts
    inner join person_identifiers on order_facts.customer_token = person_identifiers.identifier_token
    where person_identifiers.person_token is not null

),

channel_ranks as (

    select
        person_token,
        channel,
        row_number() over (
            partition by person_token
            order by count(*) desc nulls last, max(placed_on) desc nulls last, channel nulls last
        ) as preference
    from visits
    group by person_token, channel

),

store_ranks as (

    select
        person_token,
        store_id,
        row_number() over (
            partition by person_token
            order by count(*) desc nulls last, max(placed_on) desc nulls last, store_id nulls last
        ) as preference
    from visits
    group by person_token, store_id

),

described as (

    select
        consenting.person_token,
        care_consents.person_token is not null as is_contact_allowed,
        demographics.sex,
        demographics.birth_year,
        demographics.home_store_id,
        extract(year from as_of.as_of_date) - demographics.birth_year as age_years,
        coalesce(condition_lists.condition_count, 0) as condition_count,
        condition_lists.condition_codes,
        coalesce(condition_lists.has_hypertension, false) as has_hypertension,
        coalesce(condition_lists.has_diabetes, false) as has_diabetes,
        coalesce(in_use.medicine_class_count, 0) as medicine_class_count,
        adherence_now.least_proportion_of_days_covered,
        adherence_now.is_adherent,
        in_use.supply_ends_on,
        in_use.next_refill_date,
        next_refills.refill_probability,
        interrupted.person_token is not null as is_supply_interrupted,
        last_pressures.systolic_mmhg,
        last_pressures.diastolic_mmhg,
        last_pressures.measured_on as blood_pressure_measured_on,
        systolic.trend as blood_pressure_trend,
        glucose.latest_value as fasting_glucose_mmol_per_litre,
        glucose.latest_measured_on as glucose_measured_on,
        glucose.trend as glucose_trend,
        glycated.latest_value as hba1c_percent,
        weights.latest_value as weight_kilograms,
        life_stages.pregnancy_week,
        life_stages.baby_age_months,
        channel_ranks.channel as preferred_channel,
        coalesce(store_ranks.store_id, demographics.home_store_id) as preferred_store_id,
        as_of.as_of_date,
        thresholds.systolic_control_mmhg,
        thresholds.diastolic_control_mmhg,
        thresholds.glucose_control_mmol_per_litre,
        thresholds.older_adult_age,
        thresholds.least_adherence_age
    from consenting
    cross join as_of
    cross join thresholds
    left join care_consents on consenting.person_token = care_consents.person_token
    left join demographics on consenting.person_token = demographics.person_token
    left join condition_lists on consenting.person_token = condition_lists.person_token
    left join adherence_now on consenting.person_token = adherence_now.person_token
    left join in_use on consenting.person_token = in_use.person_token
    left join next_refills on consenting.person_token = next_refills.person_token
    left join interrupted on consenting.person_token = interrupted.person_token
    left join last_pressures
        on
            consenting.person_token = last_pressures.person_token
            and last_pressures.recency = 1
    left join systolic on consenting.person_token = systolic.person_token
    left join glucose on consenting.person_token = glucose.person_token
    left join glycated on consenting.person_token = glycated.person_token
    left join weights on consenting.person_token = weights.person_token
    left join life_stages on consenting.person_token = life_stages.person_token
    left join channel_ranks
        on
            consenting.person_token = channel_ranks.person_token
            and channel_ranks.preference = 1
    left join store_ranks
        on
            consenting.person_token = store_ranks.person_token
            and store_ranks.preference = 1

),

final as (

    select
        described.*,
        case
            when described.has_hypertension
                then
                    described.systolic_mmhg < described.systolic_control_mmhg
                    and described.diastolic_mmhg < described.diastolic_control_mmhg
        end as is_blood_pressure_controlled,
        case
            when described.has_diabetes
                then described.fasting_glucose_mmol_per_litre < described.glucose_control_mmol_per_litre
        end as is_glucose_controlled,
        case
            when described.pregnancy_week is not null then 'expecting'
            when described.baby_age_months is not null then 'with_baby'
            when described.age_years >= described.older_adult_age then 'older_adult'
            when described.age_years >= described.least_adherence_age then 'adult'
            when described.age_years is not null then 'minor'
        end as life_stage
    from described

)

select * from final
