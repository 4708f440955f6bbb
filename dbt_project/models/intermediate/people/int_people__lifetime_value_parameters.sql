{{ config(materialized='table') }}

{#- Always one row, a value that is missing being null. -#}
with in_force as (

    {{ values_in_force(ref('lifetime_value_parameters'), 'parameter_code') }}

),

final as (

    select
        max(value) filter (where parameter_code = 'monthly_discount_rate') as monthly_discount_rate,
        max(value) filter (where parameter_code = 'least_history_days') as least_history_days,
        max(value) filter (where parameter_code = 'holdout_share') as holdout_share,
        max(value) filter (where parameter_code = 'largest_purchase_shape') as largest_purchase_shape,
        max(value) filter (where parameter_code = 'refill_earlier_days') as refill_earlier_days,
        max(value) filter (where parameter_code = 'rfm_classes') as rfm_classes
    from in_force

)

select * from final
