{{ config(materialized='table') }}

with response_copies as (

    select * from {{ source('lake', 'surveys') }}

),

orders as (

    select * from {{ ref('stg_orders__orders') }}

),

communities as (

    select * from {{ ref('stg_communities__communities') }}

),

-- One that came before its order or community waits for it.
received as (

    select
        response_copies.*,
        case
            when orders.order_id is null and response_copies.order_id is not null then 'unknown_order'
            when
                communities.community_id is null and response_copies.community_id is not null
                then 'unknown_community'
        end as unknown_reference
    from response_copies
    left join orders on response_copies.order_id = orders.order_id
    left join communities on response_copies.community_id = communities.community_id

),

judged as (

    {{ judged_records('received', ['response_id']) }}

)

select * from judged
