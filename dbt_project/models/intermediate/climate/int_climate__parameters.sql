{{ config(materialized='table') }}

{#- A column for each parameter that a climate model reads, so that a missing column is an error and no lost join. -#}
with in_force as (

    {{ values_in_force(ref('climate_parameters'), 'parameter_code') }}

),

final as (

    select
        {{ safe_ratio(
            "max(value) filter (where parameter_code = 'activation_energy')",
            "max(value) filter (where parameter_code = 'gas_constant')"
        ) }} as activation_kelvin,
        cast(max(value) filter (where parameter_code = 'mkt_longest_stretch_minutes') * 60000000 as bigint)
            as mkt_longest_stretch_microseconds,
        cast(max(value) filter (where parameter_code = 'mkt_long_window_days') as integer) as mkt_long_window_days,
        cast(max(value) filter (where parameter_code = 'points_per_room') as integer) as points_per_room,
        cast(max(value) filter (where parameter_code = 'drift_least_minutes') * 60000000 as bigint)
            as drift_least_microseconds,
        cast(max(value) filter (where parameter_code = 'drift_days') as integer) as drift_days,
        cast(max(value) filter (where parameter_code = 'stuck_least_minutes') * 60000000 as bigint)
            as stuck_least_microseconds,
        cast(max(value) filter (where parameter_code = 'stuck_least_readings') as integer) as stuck_least_readings
    from in_force

)

select * from final
