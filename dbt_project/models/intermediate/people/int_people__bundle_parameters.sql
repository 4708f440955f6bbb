{{ config(materialized='table') }}

{#- Always one row, a value that is missing being null. -#}
with in_force as (

    {{ values_in_force(ref('bundle_parameters'), 'parameter_code') }}

),

final as (

    select
        max(value) filter (where parameter_code = 'window_days') as window_days,
        max(value) filter (where parameter_code = 'least_joint_baskets') as least_joint_baskets,
        max(value) filter (where parameter_code = 'false_discovery_rate') as false_discovery_rate
    from in_force

)

select * from final
