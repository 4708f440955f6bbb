with claims as (

    select * from {{ ref('int_delivery__claims') }}

),

final as (

    select
        cast(claim_id as string) as claim_id,
        cast(order_id as string) as order_id,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(fulfilling_location_id as string) as fulfilling_location_id,
        cast(courier_company as string) as courier_company,
        cast(claim_kind as string) as claim_kind,
        cast(liable_party as string) as liable_party,
        cast(claimed_yuan as decimal(18, 2)) as claimed_yuan,
        cast(settled_yuan as decimal(18, 2)) as settled_yuan,
        cast(opened_at as timestamp) as opened_at,
        cast(settled_at as timestamp) as settled_at,
        cast(outcome as string) as claim_outcome,
        cast(settle_hours as double) as settle_hours,
        cast(updated_at as timestamp) as updated_at,
        cast(placed_on as date) as placed_on,
        cast(claim_opened_on as date) as claim_opened_on
    from claims

)

select * from final
