with person_changes as (

    select * from {{ source('identity', 'person_changes') }}

),

final as (

    select
        changed_on,
        change_kind,
        previous_person_token,
        person_token,
        identifier_token,
        identifier_count,
        evidence_kind,
        decision_id
    from person_changes

)

select * from final
