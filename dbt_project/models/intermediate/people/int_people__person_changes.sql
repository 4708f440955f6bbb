with changes as (

    select * from {{ ref('stg_identity__person_changes') }}

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
        decision_id as identity_decision_id
    from changes

)

select * from final
