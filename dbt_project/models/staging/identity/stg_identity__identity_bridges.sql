with identity_bridges as (

    select * from {{ source('identity', 'identity_bridges') }}

),

final as (

    select
        identifier_token,
        identifier_kind,
        bridge_reason,
        identity_count,
        person_token,
        first_seen_on
    from identity_bridges

)

select * from final
