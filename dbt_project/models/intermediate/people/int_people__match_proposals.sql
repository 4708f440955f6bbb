with proposals as (

    select * from {{ ref('stg_identity__match_proposals') }}

),

final as (

    select
        identifier_token,
        other_identifier_token,
        person_token,
        other_person_token,
        match_probability,
        match_reasons
    from proposals

)

select * from final
