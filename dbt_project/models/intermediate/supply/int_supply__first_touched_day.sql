{{ config(materialized='table') }}

{#- Stock runs on: a movement changes its day and all days after it. -#}
with movement_days as (

    select * from {{ ref('stg_inventory__touched_days') }}

),

range_days as (

    select * from {{ ref('stg_assortment__touched_days') }}

),

touched_days as (

    select touched_day from movement_days
    union all
    select touched_day from range_days

),

final as (

    select min(touched_day) as first_touched_day
    from touched_days

)

select * from final
