with tickets as (

    select * from {{ ref('int_delivery__tickets') }}

),

final as (

    select
        cast(ticket_id as string) as ticket_id,
        cast(order_id as string) as order_id,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(ticket_channel as string) as ticket_channel,
        cast(topic as string) as topic,
        cast(opened_at as timestamp) as opened_at,
        cast(first_answered_at as timestamp) as first_answered_at,
        cast(resolved_at as timestamp) as resolved_at,
        cast(outcome as string) as ticket_outcome,
        cast(first_response_minutes as double) as first_response_minutes,
        cast(resolution_minutes as double) as resolution_minutes,
        cast(updated_at as timestamp) as updated_at,
        cast(placed_on as date) as placed_on,
        cast(ticket_opened_on as date) as ticket_opened_on
    from tickets

)

select * from final
