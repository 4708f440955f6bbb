with tickets as (

    select * from {{ ref('stg_service_tickets__tickets') }}

),

order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

final as (

    select
        tickets.ticket_id,
        tickets.order_id,
        order_facts.channel,
        order_facts.store_id,
        tickets.ticket_channel,
        tickets.topic,
        tickets.opened_at,
        tickets.first_answered_at,
        tickets.resolved_at,
        tickets.outcome,
        {{ minutes_between('tickets.opened_at', 'tickets.first_answered_at') }} as first_response_minutes,
        {{ minutes_between('tickets.opened_at', 'tickets.resolved_at') }} as resolution_minutes,
        tickets.updated_at,
        order_facts.placed_on,
        {{ local_date('tickets.opened_at') }} as ticket_opened_on
    from tickets
    left join order_facts on tickets.order_id = order_facts.order_id

)

select * from final
