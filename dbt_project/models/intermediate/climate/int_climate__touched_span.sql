{{ config(materialized='table') }}

with touched_days as (

    select * from {{ ref('int_climate__touched_days') }}

),

final as (

    select
        {{ lake_instant(day_start('min(touched_day)')) }} as first_instant,
        {{ lake_instant(day_start(add_days('max(touched_day)', 1))) }} as end_instant
    from touched_days

)

select * from final
