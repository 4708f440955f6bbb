with versions as (

    select * from {{ ref('stg_service_tickets__versions') }}

),

final as (

    select
        ticket_id,
        order_id,
        external_user_token,
        unionid_token,
        phone_token,
        token_key_id,
        topic,
        ticket_channel,
        {{ utc_timestamp('opened_at') }} as opened_at,
        {{ utc_timestamp('first_answered_at') }} as first_answered_at,
        {{ utc_timestamp('resolved_at') }} as resolved_at,
        outcome,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
