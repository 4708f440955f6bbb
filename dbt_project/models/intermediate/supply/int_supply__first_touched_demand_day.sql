{{ config(materialized='table') }}

{#- Whether demand was limited follows from the stock, which runs on from its first touched day. -#}
with first_stock_day as (

    select * from {{ ref('int_supply__first_touched_day') }}

),

order_days as (

    select * from {{ ref('int_orders__touched_days') }}

),

touched_days as (

    select first_touched_day as touched_day from first_stock_day
    union all
    select touched_day from order_days

),

final as (

    select min(touched_day) as first_touched_day
    from touched_days

)

select * from final
