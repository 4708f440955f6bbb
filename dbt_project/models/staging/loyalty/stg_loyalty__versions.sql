{{ config(materialized='table') }}

with entry_copies as (

    select * from {{ source('lake', 'loyalty') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

-- One that came before its order waits for it.
received as (

    select
        entry_copies.*,
        case
            when orders.order_id is null and entry_copies.order_id is not null then 'unknown_order'
        end as unknown_reference
    from entry_copies
    left join orders on entry_copies.order_id = orders.order_id

),

judged as (

    {{ judged_records('received', ['entry_id']) }}

)

select * from judged
