{{ config(materialized='table') }}

with touched_days as (

    select * from {{ ref('int_delivery__touched_days') }}

),

parameters as (

    select * from {{ ref('int_delivery__parameters') }}

),

catalogue as (

    select * from {{ ref('kpi_catalogue') }}

),

-- The longest window that ends with a day and that a touched day lies in.
reach as (

    select greatest(parameters.delay_norm_days, max(catalogue.window_days)) as reach_days
    from parameters
    cross join catalogue
    where catalogue.kpi_code = 'delivery_minutes_p50'
    group by parameters.delay_norm_days

),

offsets as (

    {{ number_spine(0, '(select cast(reach_days as integer) - 1 from reach)', 'day_offset') }}

),

final as (

    select distinct {{ add_days('touched_days.touched_day', 'offsets.day_offset') }} as touched_day
    from touched_days
    cross join offsets

)

select * from final
