with prescriptions as (

    select * from {{ ref('stg_prescriptions__prescriptions') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

final as (

    select
        prescriptions.prescription_id,
        person_identifiers.person_token
    from prescriptions
    inner join person_identifiers
        on
            {{ strongest_token('prescriptions', ['member_card', 'unionid', 'openid', 'phone']) }}
            = person_identifiers.identifier_token
    where person_identifiers.person_token is not null

)

select * from final
