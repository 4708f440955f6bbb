{{ config(materialized='table') }}

{#- Always one row, a value that is missing being null. -#}
with in_force as (

    {{ values_in_force(ref('loyalty_parameters'), 'parameter_code') }}

),

chosen as (

    select
        max(value) filter (where parameter_code = 'tier_window_days') as tier_window_days,
        max(value) filter (where parameter_code = 'tier_validity_days') as tier_validity_days,
        max(value) filter (where parameter_code = 'redemption_window_days') as redemption_window_days,
        max(value) filter (where parameter_code = 'uptake_days') as uptake_days,
        max(value) filter (where parameter_code = 'repurchase_days') as repurchase_days,
        max(value) filter (where parameter_code = 'lowest_promoter_score') as lowest_promoter_score,
        max(value) filter (where parameter_code = 'highest_detractor_score') as highest_detractor_score,
        max(value) filter (where parameter_code = 'age_band_years') as age_band_years
    from in_force

),

final as (

    select
        {{ integer_floor('tier_window_days') }} as tier_window_days,
        {{ integer_floor('tier_validity_days') }} as tier_validity_days,
        {{ integer_floor('redemption_window_days') }} as redemption_window_days,
        {{ integer_floor('uptake_days') }} as uptake_days,
        {{ integer_floor('repurchase_days') }} as repurchase_days,
        {{ integer_floor('lowest_promoter_score') }} as lowest_promoter_score,
        {{ integer_floor('highest_detractor_score') }} as highest_detractor_score,
        {{ integer_floor('age_band_years') }} as age_band_years,
        {{ score_of_95_percent() }} as normal_score
    from chosen

)

select * from final
