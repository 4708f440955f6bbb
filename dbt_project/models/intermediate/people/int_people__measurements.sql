{{ config(materialized='table') }}

with measurements as (

    select * from {{ ref('stg_health_measurements__measurements') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

measurement_units as (

    select * from {{ ref('measurement_units') }}

),

final as (

    select
        measurements.measurement_id,
        person_identifiers.person_token,
        measurements.measurement_kind,
        measurements.measured_value * measurement_units.factor + measurement_units.shift as canonical_value,
        measurement_units.canonical_unit,
        measurements.condition_code,
        measurements.measured_by,
        measurements.store_id,
        measurements.measured_at,
        measurements.measured_on
    from measurements
    inner join measurement_units
        on
            measurements.measurement_kind = measurement_units.measurement_kind
            and measurements.measured_unit = measurement_units.unit
    left join person_identifiers
        on
            {{ strongest_token('measurements', [
                'member_id', 'member_card', 'unionid', 'external_user_id', 'openid', 'phone'
            ]) }} = person_identifiers.identifier_token

)

select * from final
