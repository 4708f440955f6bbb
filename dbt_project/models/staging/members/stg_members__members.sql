with versions as (

    select * from {{ ref('stg_members__versions') }}

),

final as (

    select
        member_token,
        member_card_token,
        phone_token,
        unionid_token,
        openid_tokens,
        external_user_token,
        platform_user_tokens,
        token_key_id,
        birth_year,
        sex,
        home_store_id,
        tier,
        left_on,
        deceased_on,
        {{ utc_timestamp('registered_at') }} as registered_at,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
