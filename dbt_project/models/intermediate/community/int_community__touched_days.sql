{{ config(materialized='table') }}

with touched_days as (

    select * from {{ ref('stg_community_activity__touched_days') }}

)

select touched_day from touched_days
