{{ config(**incremental_by_day('placed_on', 'int_orders__touched_days')) }}

with order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(customer_token as string) as customer_token,
        cast(token_key_id as string) as token_key_id,
        cast(channel as string) as channel,
        cast(is_online as boolean) as is_online,
        cast(store_id as string) as store_id,
        cast(fulfilling_location_id as string) as fulfilling_location_id,
        cast(delivery_mode as string) as delivery_mode,
        cast(status as string) as status,
        cast(placed_at as timestamp) as placed_at,
        cast(paid_at as timestamp) as paid_at,
        cast(reviewed_at as timestamp) as reviewed_at,
        cast(accepted_at as timestamp) as accepted_at,
        cast(picked_at as timestamp) as picked_at,
        cast(handed_over_at as timestamp) as handed_over_at,
        cast(delivered_at as timestamp) as delivered_at,
        cast(promised_at as timestamp) as promised_at,
        cast(cancelled_at as timestamp) as cancelled_at,
        cast(refunded_at as timestamp) as refunded_at,
        cast(cancelled_by as string) as cancelled_by,
        cast(cancel_reason as string) as cancel_reason,
        cast(is_completed as boolean) as is_completed,
        cast(is_prescription as boolean) as is_prescription,
        cast(is_cold_chain as boolean) as is_cold_chain,
        cast(distance_meters as integer) as distance_meters,
        cast(courier_company as string) as courier_company,
        cast(line_count as integer) as line_count,
        cast(substituted_line_count as integer) as substituted_line_count,
        cast(shipment_count as integer) as shipment_count,
        cast(goods_yuan as decimal(18, 2)) as goods_yuan,
        cast(coalesce(coupon_yuan, 0) as decimal(18, 2)) as coupon_yuan,
        cast(paid_yuan as decimal(18, 2)) as paid_yuan,
        cast(medical_insurance_yuan as decimal(18, 2)) as medical_insurance_yuan,
        cast(commercial_insurance_yuan as decimal(18, 2)) as commercial_insurance_yuan,
        cast(refund_count as integer) as refund_count,
        cast(refunded_yuan as decimal(18, 2)) as refund_yuan,
        cast(net_sales_yuan as decimal(18, 2)) as net_sales_yuan,
        cast(cost_yuan as decimal(18, 2)) as cost_yuan,
        cast(guidance_pharmacist_id as string) as guidance_pharmacist_id,
        cast(guidance_kind as string) as guidance_kind,
        cast(guidance_sent_at as timestamp) as guidance_sent_at,
        cast(updated_at as timestamp) as updated_at,
        cast(paid_on as date) as paid_on,
        cast(placed_on as date) as placed_on
    from order_facts
    where {{ is_touched_day('placed_on', ref('int_orders__touched_days')) }}

)

select * from final
