with versions as (

    select * from {{ ref('stg_community_activity__versions') }}

),

final as (

    select
        event_id,
        community_id,
        external_user_token,
        unionid_token,
        phone_token,
        token_key_id,
        activity_kind,
        pharmacist_id,
        reference_id,
        occurred_at,
        updated_at,
        occurred_on
    from versions
    where is_current

)

select * from final
