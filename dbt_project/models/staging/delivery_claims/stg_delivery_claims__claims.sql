with versions as (

    select * from {{ ref('stg_delivery_claims__versions') }}

),

final as (

    select
        claim_id,
        order_id,
        claim_kind,
        courier_company,
        liable_party,
        claimed_yuan,
        settled_yuan,
        {{ utc_timestamp('opened_at') }} as opened_at,
        {{ utc_timestamp('settled_at') }} as settled_at,
        outcome,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
