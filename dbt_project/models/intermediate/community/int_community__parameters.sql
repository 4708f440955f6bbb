{{ config(materialized='table') }}

{#- Always one row, a value that is missing being null. A group is never smaller than what may be published. -#}
with in_force as (

    {{ values_in_force(ref('community_parameters'), 'parameter_code') }}

),

limits as (

    select * from {{ ref('people_count_limits') }}
    where limit_name = 'smallest_shown_count'

),

loyalty as (

    select * from {{ ref('int_people__loyalty_parameters') }}

),

chosen as (

    select
        max(value) filter (where parameter_code = 'event_follow_up_days') as event_follow_up_days,
        max(value) filter (where parameter_code = 'closed_loop_days') as closed_loop_days,
        max(value) filter (where parameter_code = 'scorecard_months') as scorecard_months,
        max(value) filter (where parameter_code = 'baseline_months') as baseline_months,
        max(value) filter (where parameter_code = 'joiner_months') as joiner_months,
        max(value) filter (where parameter_code = 'age_band_years') as age_band_years,
        max(value) filter (where parameter_code = 'smallest_compared_group') as smallest_compared_group
    from in_force

),

final as (

    select
        {{ integer_floor('chosen.event_follow_up_days') }} as event_follow_up_days,
        {{ integer_floor('chosen.closed_loop_days') }} as closed_loop_days,
        {{ integer_floor('chosen.scorecard_months') }} as scorecard_months,
        loyalty.repurchase_days,
        {{ integer_floor('chosen.baseline_months') }} as baseline_months,
        {{ integer_floor('chosen.joiner_months') }} as joiner_months,
        {{ integer_floor('chosen.age_band_years') }} as age_band_years,
        {{ score_of_95_percent() }} as normal_score,
        1 - ({{ normal_distribution(score_of_95_percent()) }}) as tail_probability,
        limits.limit_value as smallest_shown_count,
        greatest({{ integer_floor('chosen.smallest_compared_group') }}, limits.limit_value) as smallest_compared_group
    from chosen
    cross join loyalty
    cross join limits

)

select * from final
