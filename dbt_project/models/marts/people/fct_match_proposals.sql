with proposals as (

    select * from {{ ref('int_people__match_proposals') }}

),

final as (

    select
        cast(identifier_token as string) as identifier_token,
        cast(other_identifier_token as string) as other_identifier_token,
        cast(person_token as string) as person_token,
        cast(other_person_token as string) as other_person_token,
        cast(match_probability as double) as match_probability,
        cast(match_reasons as string) as match_reasons
    from proposals

)

select * from final
