with versions as (

    select * from {{ ref('stg_loyalty__versions') }}

),

final as (

    select
        entry_id,
        member_token,
        member_card_token,
        phone_token,
        token_key_id,
        kind as entry_kind,
        points,
        reason as entry_reason,
        order_id,
        {{ utc_timestamp('occurred_at') }} as occurred_at,
        {{ local_date(utc_timestamp('occurred_at')) }} as occurred_on,
        expires_on,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
