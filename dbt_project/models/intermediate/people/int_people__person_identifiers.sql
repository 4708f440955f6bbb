{{ config(materialized='table') }}

with person_identifiers as (

    select * from {{ ref('stg_identity__person_identifiers') }}

),

final as (

    select
        identifier_token,
        identifier_kind,
        person_token,
        is_shared,
        first_seen_on
    from person_identifiers

)

select * from final
