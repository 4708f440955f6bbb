{{ config(materialized='table') }}

with in_force as (

    {{ values_in_force(ref('delivery_thresholds'), 'threshold_code') }}

),

final as (

    select
        max(value) filter (where threshold_code = 'guidance_hours') as guidance_hours,
        max(value) filter (where threshold_code = 'delay_norm_days') as delay_norm_days,
        max(value) filter (where threshold_code = 'delay_norm_deliveries') as delay_norm_deliveries
    from in_force

)

select * from final
