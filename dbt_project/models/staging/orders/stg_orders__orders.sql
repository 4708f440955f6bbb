{{ config(**incremental_by_day('placed_on', 'stg_orders__touched_days')) }}

with current_versions as (

    select *
    from {{ ref('stg_orders__versions') }}
    where
        is_current
        and {{ is_touched_day('placed_on', ref('stg_orders__touched_days')) }}

),

order_copies as (

    select * from {{ source('lake', 'orders') }}

),

final as (

    select
        order_copies.order_id,
        order_copies.channel,
        order_copies.store_id,
        order_copies.fulfilling_location_id,
        order_copies.member_card_token,
        order_copies.phone_token,
        order_copies.unionid_token,
        order_copies.openid_token,
        order_copies.platform_user_token,
        order_copies.token_key_id,
        order_copies.delivery_mode,
        order_copies.status,
        {{ utc_timestamp('order_copies.placed_at') }} as placed_at,
        {{ utc_timestamp('order_copies.paid_at') }} as paid_at,
        {{ utc_timestamp('order_copies.reviewed_at') }} as reviewed_at,
        {{ utc_timestamp('order_copies.accepted_at') }} as accepted_at,
        {{ utc_timestamp('order_copies.picked_at') }} as picked_at,
        {{ utc_timestamp('order_copies.handed_over_at') }} as handed_over_at,
        {{ utc_timestamp('order_copies.delivered_at') }} as delivered_at,
        {{ utc_timestamp('order_copies.cancelled_at') }} as cancelled_at,
        {{ utc_timestamp('order_copies.promised_at') }} as promised_at,
        order_copies.cancelled_by,
        order_copies.cancel_reason,
        order_copies.distance_meters,
        order_copies.address_cell,
        order_copies.courier_company,
        order_copies.is_cold_chain,
        order_copies.delivery_box_id,
        order_copies.rain_millimeters,
        order_copies.delivery_container,
        order_copies.received_by,
        order_copies.is_identity_checked,
        order_copies.coupon_code,
        order_copies.coupon_yuan,
        order_copies.guidance_pharmacist_id,
        order_copies.guidance_kind,
        {{ utc_timestamp('order_copies.guidance_sent_at') }} as guidance_sent_at,
        {{ utc_timestamp('order_copies.updated_at') }} as updated_at,
        current_versions.placed_on
    from current_versions
    inner join order_copies
        on
            current_versions.order_id = order_copies.order_id
            and current_versions.arrived_on = order_copies.arrived_on
            and current_versions.source_file = order_copies.source_file
            and current_versions.source_position = order_copies.source_position

)

select * from final
