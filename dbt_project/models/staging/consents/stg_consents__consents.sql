with versions as (

    select * from {{ ref('stg_consents__versions') }}

),

final as (

    select
        consent_id,
        member_token,
        member_card_token,
        phone_token,
        unionid_token,
        external_user_token,
        token_key_id,
        purpose,
        action as consent_action,
        {{ utc_timestamp('occurred_at') }} as occurred_at,
        channel as consent_channel,
        text_version,
        given_by_guardian as is_given_by_guardian,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
