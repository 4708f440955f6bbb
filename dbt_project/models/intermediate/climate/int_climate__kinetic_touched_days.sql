{{ config(materialized='table') }}

{#- A day's readings are in the mean of every window that reaches back to it. -#}
with touched_days as (

    select * from {{ ref('int_climate__touched_days') }}

),

parameters as (

    select * from {{ ref('int_climate__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

offsets as (

    {{ number_spine('0', '(select mkt_long_window_days - 1 from parameters)', 'offset_days') }}

),

reached_days as (

    select distinct {{ add_days('touched_days.touched_day', 'offsets.offset_days') }} as touched_day
    from touched_days
    cross join offsets

),

final as (

    select reached_days.touched_day
    from reached_days
    cross join as_of
    where reached_days.touched_day <= as_of.as_of_date

)

select * from final
