with versions as (

    select * from {{ ref('stg_health_measurements__versions') }}

),

final as (

    select
        measurement_id,
        member_token,
        member_card_token,
        phone_token,
        unionid_token,
        openid_token,
        external_user_token,
        token_key_id,
        kind as measurement_kind,
        value as measured_value,
        unit as measured_unit,
        condition_code,
        {{ utc_timestamp('measured_at') }} as measured_at,
        {{ local_date(utc_timestamp('measured_at')) }} as measured_on,
        measured_by,
        store_id,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
