{{ config(materialized='table') }}

with claim_copies as (

    select * from {{ source('lake', 'delivery_claims') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

-- One that came before its order waits for it.
received as (

    select
        claim_copies.*,
        case when orders.order_id is null then 'unknown_order' end as unknown_reference
    from claim_copies
    left join orders on claim_copies.order_id = orders.order_id

),

judged as (

    {{ judged_records('received', ['claim_id']) }}

)

select * from judged
