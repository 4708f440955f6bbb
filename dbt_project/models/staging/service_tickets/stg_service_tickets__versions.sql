{{ config(materialized='table') }}

with ticket_copies as (

    select * from {{ source('lake', 'service_tickets') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

-- One that came before its order waits for it.
received as (

    select
        ticket_copies.*,
        case
            when orders.order_id is null and ticket_copies.order_id is not null then 'unknown_order'
        end as unknown_reference
    from ticket_copies
    left join orders on ticket_copies.order_id = orders.order_id

),

judged as (

    {{ judged_records('received', ['ticket_id']) }}

)

select * from judged
