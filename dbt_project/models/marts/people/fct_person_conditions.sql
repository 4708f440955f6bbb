with profiles as (

    select * from {{ ref('int_people__health_profiles') }}

),

conditions as (

    select * from {{ ref('int_people__conditions') }}

),

health_conditions as (

    select * from {{ ref('health_conditions') }}

),

final as (

    select
        cast(conditions.person_token as string) as person_token,
        cast(conditions.condition_code as string) as condition_code,
        cast(health_conditions.condition_name_zh as string) as condition_name_zh,
        cast(health_conditions.condition_name_en as string) as condition_name_en,
        cast(conditions.confidence as double) as condition_confidence,
        cast(conditions.is_patient as boolean) as is_patient,
        cast(conditions.prescription_day_count as bigint) as prescription_day_count,
        cast(conditions.purchase_day_count as bigint) as purchase_day_count,
        cast(conditions.refill_day_count as bigint) as refill_day_count,
        cast(conditions.measurement_day_count as bigint) as measurement_day_count,
        cast(conditions.is_declared as boolean) as is_declared,
        cast(conditions.first_evident_on as date) as first_evident_on,
        cast(conditions.last_evident_on as date) as last_evident_on,
        cast(profiles.as_of_date as date) as as_of_date
    from conditions
    -- Only whose profile may be made.
    inner join profiles on conditions.person_token = profiles.person_token
    inner join health_conditions on conditions.condition_code = health_conditions.condition_code

)

select * from final
