with identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

bridges as (

    select * from {{ ref('stg_identity__identity_bridges') }}

),

final as (

    select
        identifiers.identifier_token,
        identifiers.identifier_kind,
        identifiers.person_token,
        identifiers.is_shared,
        identifiers.first_seen_on as known_since_date,
        bridges.bridge_reason,
        bridges.identity_count
    from identifiers
    left join bridges on identifiers.identifier_token = bridges.identifier_token

)

select * from final
