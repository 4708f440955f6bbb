{{ config(materialized='table') }}

with allowances as (

    select * from {{ ref('climate_allowances') }}

),

final as (

    select
        storage_class,
        minimum_celsius,
        maximum_celsius,
        longest_minutes * cast(60000000 as bigint) as longest_microseconds,
        mkt_window_days,
        mkt_maximum_celsius,
        valid_from,
        {{ next_start('valid_from', ['storage_class']) }} as valid_before
    from allowances

)

select * from final
