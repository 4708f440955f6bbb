with versions as (

    select * from {{ ref('stg_surveys__versions') }}

),

final as (

    select
        response_id,
        external_user_token,
        unionid_token,
        phone_token,
        token_key_id,
        journey,
        score,
        theme_codes,
        answer_language,
        answer_length,
        theme_rules_id,
        order_id,
        community_id,
        {{ utc_timestamp('answered_at') }} as answered_at,
        {{ local_date(utc_timestamp('answered_at')) }} as answered_on,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
