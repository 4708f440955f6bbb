with periods as (

    select * from {{ ref('int_people__consent_periods') }}

),

final as (

    select
        cast(person_token as string) as person_token,
        cast(purpose as string) as purpose,
        cast(valid_from_at as timestamp) as valid_from_at,
        cast(valid_until_at as timestamp) as valid_until_at,
        cast(ended_by as string) as ended_by,
        cast(consent_channel as string) as consent_channel,
        cast(text_version as string) as text_version,
        cast(is_given_by_guardian as boolean) as is_given_by_guardian,
        cast(consent_id as string) as consent_id
    from periods

)

select * from final
