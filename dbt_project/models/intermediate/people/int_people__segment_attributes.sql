{{ config(materialized='table') }}

{#- A table, as its readers go through it once per attribute. -#}
with health_profiles as (

    select * from {{ ref('int_people__health_profiles') }}

),

lifetime_values as (

    select * from {{ ref('int_people__lifetime_values') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

baskets as (

    select * from {{ ref('int_people__bundle_baskets') }}

),

scenarios as (

    select * from {{ ref('bundle_scenarios') }}
    where scenario_code = 'home_cabinet'

),

order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

cabinets as (

    select
        person_identifiers.person_token,
        count(distinct baskets.item_code) as home_cabinet_item_count
    from baskets
    inner join scenarios on baskets.item_code = scenarios.item_code
    inner join order_facts on baskets.order_id = order_facts.order_id
    inner join person_identifiers on order_facts.customer_token = person_identifiers.identifier_token
    where person_identifiers.person_token is not null
    group by person_identifiers.person_token

),

persons as (

    select person_token from health_profiles
    union
    select person_token from lifetime_values

),

final as (

    select
        persons.person_token,
        lifetime_values.completed_order_count,
        {{ days_between('lifetime_values.first_order_date', 'as_of.as_of_date') }} as days_since_first_order,
        {{ days_between('lifetime_values.last_order_date', 'as_of.as_of_date') }} as days_since_last_order,
        lifetime_values.margin_to_date_yuan,
        lifetime_values.recency_score,
        lifetime_values.frequency_score,
        lifetime_values.monetary_score,
        lifetime_values.alive_probability,
        lifetime_values.expected_margin_12m_yuan,
        coalesce(cabinets.home_cabinet_item_count, 0) as home_cabinet_item_count,
        health_profiles.life_stage,
        health_profiles.pregnancy_week,
        health_profiles.baby_age_months,
        health_profiles.has_hypertension,
        health_profiles.has_diabetes,
        health_profiles.medicine_class_count,
        health_profiles.is_adherent,
        {{ days_between('as_of.as_of_date', 'health_profiles.next_refill_date') }} as days_to_next_refill,
        health_profiles.is_blood_pressure_controlled,
        health_profiles.is_glucose_controlled,
        health_profiles.fasting_glucose_mmol_per_litre,
        health_profiles.hba1c_percent,
        health_profiles.risk_tier
    from persons
    cross join as_of
    left join lifetime_values on persons.person_token = lifetime_values.person_token
    left join cabinets on persons.person_token = cabinets.person_token
    left join health_profiles on persons.person_token = health_profiles.person_token

)

select * from final
