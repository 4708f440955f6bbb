with links as (

    select * from {{ ref('int_identity_links') }}
    where bridge_reason is not null

),

final as (

    select
        cast(identifier_token as string) as identifier_token,
        cast(identifier_kind as string) as identifier_kind,
        cast(bridge_reason as string) as bridge_reason,
        cast(identity_count as bigint) as identity_count,
        cast(person_token as string) as person_token,
        cast(known_since_date as date) as known_since_date
    from links

)

select * from final
