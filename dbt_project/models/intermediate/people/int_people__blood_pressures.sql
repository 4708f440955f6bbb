{{ config(materialized='table') }}

{#- A reading of blood pressure is both of its values, taken at one time. -#}
with measurements as (

    select * from {{ ref('int_people__measurements') }}
    where person_token is not null

),

final as (

    select
        person_token,
        max(case when measurement_kind = 'systolic' then canonical_value end) as systolic_mmhg,
        max(case when measurement_kind = 'diastolic' then canonical_value end) as diastolic_mmhg,
        measured_at,
        measured_on
    from measurements
    where measurement_kind in ('systolic', 'diastolic')
    group by person_token, measured_at, measured_on
    having count(distinct measurement_kind) > 1

)

select * from final
