{{ config(materialized='table') }}

with licences as (

    select * from {{ ref('stg_staff__licences') }}
    where staff_role = 'doctor'

),

bounded as (

    select
        staff_id,
        valid_from_date,
        valid_until_date,
        prescription_classes,
        {{ list_items('atc_prefixes') }} as atc_prefix
    from licences

),

-- A licence without ATC classes is one for all of them.
final as (

    select
        staff_id as doctor_id,
        valid_from_date,
        valid_until_date,
        prescription_classes,
        atc_prefix
    from bounded
    union all
    select
        staff_id as doctor_id,
        valid_from_date,
        valid_until_date,
        prescription_classes,
        '' as atc_prefix
    from licences
    where coalesce({{ list_length('atc_prefixes') }}, 0) = 0

)

select * from final
