with changes as (

    select * from {{ ref('int_people__person_changes') }}

),

final as (

    select
        cast(changed_on as date) as changed_on,
        cast(change_kind as string) as change_kind,
        cast(previous_person_token as string) as previous_person_token,
        cast(person_token as string) as person_token,
        cast(identifier_token as string) as identifier_token,
        cast(identifier_count as bigint) as identifier_count,
        cast(evidence_kind as string) as evidence_kind,
        cast(identity_decision_id as string) as identity_decision_id
    from changes

)

select * from final
