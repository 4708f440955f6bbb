with match_proposals as (

    select * from {{ source('identity', 'match_proposals') }}

),

final as (

    select
        identifier_token,
        other_identifier_token,
        person_token,
        other_person_token,
        match_probability,
        match_reasons
    from match_proposals

)

select * from final
