with versions as (

    select * from {{ ref('stg_offers__versions') }}

),

final as (

    select
        offer_id,
        external_user_token,
        unionid_token,
        phone_token,
        token_key_id,
        offer_kind,
        offer_code,
        bundle_code,
        channel as offer_channel,
        status as offer_status,
        {{ utc_timestamp('shown_at') }} as shown_at,
        {{ utc_timestamp('taken_at') }} as taken_at,
        {{ utc_timestamp('declined_at') }} as declined_at,
        {{ local_date(utc_timestamp('shown_at')) }} as shown_on,
        {{ local_date(utc_timestamp('taken_at')) }} as taken_on,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
