{{ config(**incremental_by_day('placed_on', 'int_delivery__touched_days')) }}

{#- All that the norms need, so that any window of days is a sum of these rows. Kilometres, minutes, millimetres. -#}
with legs as (

    select * from {{ ref('int_delivery__instant_legs') }}

),

final as (

    select
        city_zh,
        paid_hour,
        is_rush_hour,
        weather,
        count(*) as delivery_count,
        count(*) filter (where is_prescription) as prescription_count,
        {{ exact_sum('review_minutes') }} as review_sum,
        {{ exact_sum('own_accept_minutes') }} as accept_sum,
        {{ exact_sum('pick_minutes') }} as pick_sum,
        {{ exact_sum('handover_minutes') }} as handover_sum,
        {{ exact_sum('ride_minutes') }} as ride_sum,
        {{ exact_sum('distance_kilometers') }} as distance_sum,
        {{ exact_sum('distance_kilometers * distance_kilometers') }} as distance_square_sum,
        {{ exact_sum('distance_kilometers * ride_minutes') }} as distance_ride_sum,
        {{ exact_sum('rain_millimeters') }} as rain_sum,
        {{ exact_sum('rain_millimeters * distance_kilometers') }} as rain_distance_sum,
        placed_on
    from legs
    where
        distance_kilometers is not null
        and own_accept_minutes is not null
        and pick_minutes is not null
        and handover_minutes is not null
        and ride_minutes is not null
        and {{ is_touched_day('placed_on', ref('int_delivery__touched_days')) }}
    group by city_zh, paid_hour, is_rush_hour, weather, placed_on

)

select * from final
