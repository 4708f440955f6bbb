{{ config(**incremental_by_day('placed_on', 'int_delivery__touched_window_days')) }}

{#- What an instant delivery usually takes, from the trailing window of days that ends with each day.

    Norms are means over quiet hours without rain, so that a delivery's minutes above them add up to the minutes above
    them of any group. The ride is a straight line over the distance, fitted to the city's quiet dry rides by least squares.
    Rush and rain multiply what a leg takes (a crowded street slows the whole ride), by factors that are ratios of sums:
      rush(hour) = minutes of its dry deliveries / what the line gives for them
      rain       = (minutes of the rainy deliveries - what line and rush give) / (what these give x millimetres)
    A factor that fewer deliveries than delay_norm_deliveries speak for is none; so is a negative one. -#}
with leg_sums as (

    select * from {{ ref('int_delivery__leg_sums') }}

),

parameters as (

    select * from {{ ref('int_delivery__parameters') }}

),

days as (

    select distinct placed_on
    from leg_sums
    where {{ is_touched_day('placed_on', ref('int_delivery__touched_window_days')) }}

),

windowed as (

    select
        days.placed_on,
        leg_sums.city_zh,
        leg_sums.paid_hour,
        leg_sums.is_rush_hour,
        leg_sums.weather,
        leg_sums.weather = 'dry' and not leg_sums.is_rush_hour as is_usual,
        {{ exact_sum('leg_sums.delivery_count') }} as delivery_count,
        {{ exact_sum('leg_sums.prescription_count') }} as prescription_count,
        {{ exact_sum('leg_sums.review_sum') }} as review_sum,
        {{ exact_sum('leg_sums.accept_sum') }} as accept_sum,
        {{ exact_sum('leg_sums.pick_sum') }} as pick_sum,
        {{ exact_sum('leg_sums.handover_sum') }} as handover_sum,
        {{ exact_sum('leg_sums.ride_sum') }} as ride_sum,
        {{ exact_sum('leg_sums.distance_sum') }} as distance_sum,
        {{ exact_sum('leg_sums.distance_square_sum') }} as distance_square_sum,
        {{ exact_sum('leg_sums.distance_ride_sum') }} as distance_ride_sum,
        {{ exact_sum('leg_sums.rain_sum') }} as rain_sum,
        {{ exact_sum('leg_sums.rain_distance_sum') }} as rain_distance_sum
    from days
    cross join parameters
    inner join leg_sums
        on
            days.placed_on >= leg_sums.placed_on
            and leg_sums.placed_on > {{ add_days('days.placed_on', '-cast(parameters.delay_norm_days as integer)') }}
    group by days.placed_on, leg_sums.city_zh, leg_sums.paid_hour, leg_sums.is_rush_hour, leg_sums.weather

),

-- A city with too few quiet dry rides has the line of all.
usual_rides as (

    select
        placed_on,
        city_zh,
        {{ exact_sum('case when is_usual then delivery_count end') }} as delivery_count,
        {{ exact_sum('case when is_usual then ride_sum end') }} as ride_sum,
        {{ exact_sum('case when is_usual then distance_sum end') }} as distance_sum,
        {{ exact_sum('case when is_usual then distance_square_sum end') }} as distance_square_sum,
        {{ exact_sum('case when is_usual then distance_ride_sum end') }} as distance_ride_sum,
        {{ safe_ratio(exact_sum('distance_sum'), exact_sum('delivery_count')) }} as usual_kilometers
    from windowed
    group by placed_on, city_zh

),

all_usual_rides as (

    select
        placed_on,
        {{ exact_sum('delivery_count') }} as delivery_count,
        {{ exact_sum('ride_sum') }} as ride_sum,
        {{ exact_sum('distance_sum') }} as distance_sum,
        {{ exact_sum('distance_square_sum') }} as distance_square_sum,
        {{ exact_sum('distance_ride_sum') }} as distance_ride_sum
    from usual_rides
    group by placed_on

),

chosen_rides as (

    select
        usual_rides.placed_on,
        usual_rides.city_zh,
        usual_rides.usual_kilometers,
        {{ usual_sum('delivery_count') }} as delivery_count,
        {{ usual_sum('ride_sum') }} as ride_sum,
        {{ usual_sum('distance_sum') }} as distance_sum,
        {{ usual_sum('distance_square_sum') }} as distance_square_sum,
        {{ usual_sum('distance_ride_sum') }} as distance_ride_sum
    from usual_rides
    inner join all_usual_rides on usual_rides.placed_on = all_usual_rides.placed_on
    cross join parameters

),

slopes as (

    select
        *,
        {{ safe_ratio(
            'delivery_count * distance_ride_sum - distance_sum * ride_sum',
            'delivery_count * distance_square_sum - distance_sum * distance_sum'
        ) }} as minutes_per_kilometer
    from chosen_rides

),

lines as (

    select
        placed_on,
        city_zh,
        usual_kilometers,
        minutes_per_kilometer,
        {{ safe_ratio('ride_sum - minutes_per_kilometer * distance_sum', 'delivery_count') }} as fixed_ride_minutes
    from slopes

),

usual_legs as (

    select
        windowed.placed_on,
        {{ safe_ratio(
            exact_sum('windowed.review_sum'), exact_sum('windowed.prescription_count')
        ) }} as review_norm_minutes,
        {{ safe_ratio(exact_sum('windowed.accept_sum'), exact_sum('windowed.delivery_count')) }} as accept_norm_minutes,
        {{ safe_ratio(exact_sum('windowed.pick_sum'), exact_sum('windowed.delivery_count')) }} as pick_norm_minutes,
        {{ safe_ratio(
            exact_sum('windowed.handover_sum'), exact_sum('windowed.delivery_count')
        ) }} as handover_norm_minutes
    from windowed
    cross join parameters
    where windowed.is_usual
    group by windowed.placed_on, parameters.delay_norm_deliveries
    having sum(windowed.delivery_count) >= parameters.delay_norm_deliveries

),

-- What the line gives for the rides of each cell, and for these times their millimetres.
expected as (

    select
        windowed.*,
        lines.fixed_ride_minutes * windowed.delivery_count
        + lines.minutes_per_kilometer * windowed.distance_sum as expected_ride_sum,
        lines.fixed_ride_minutes * windowed.rain_sum
        + lines.minutes_per_kilometer * windowed.rain_distance_sum as expected_ride_rain_sum
    from windowed
    inner join lines
        on
            windowed.placed_on = lines.placed_on
            and windowed.city_zh = lines.city_zh

),

dry_hours as (

    select
        expected.placed_on,
        expected.paid_hour,
        {{ safe_ratio(exact_sum('expected.pick_sum'), exact_sum('expected.delivery_count')) }} as pick_minutes,
        {{ safe_ratio(exact_sum('expected.handover_sum'), exact_sum('expected.delivery_count')) }} as handover_minutes,
        {{ safe_ratio(exact_sum('expected.ride_sum'), exact_sum('expected.expected_ride_sum')) }} as ride_factor
    from expected
    cross join parameters
    where
        expected.is_rush_hour
        and expected.weather = 'dry'
    group by expected.placed_on, expected.paid_hour, parameters.delay_norm_deliveries
    having sum(expected.delivery_count) >= parameters.delay_norm_deliveries

),

hours as (

    select distinct
        placed_on,
        paid_hour
    from windowed

),

rush as (

    select
        hours.placed_on,
        hours.paid_hour,
        greatest(
            coalesce({{ safe_ratio('dry_hours.pick_minutes', 'usual_legs.pick_norm_minutes') }}, 1), 1
        ) as pick_rush_factor,
        greatest(
            coalesce({{ safe_ratio('dry_hours.handover_minutes', 'usual_legs.handover_norm_minutes') }}, 1), 1
        ) as handover_rush_factor,
        greatest(coalesce(dry_hours.ride_factor, 1), 1) as ride_rush_factor
    from hours
    inner join usual_legs on hours.placed_on = usual_legs.placed_on
    left join dry_hours
        on
            hours.placed_on = dry_hours.placed_on
            and hours.paid_hour = dry_hours.paid_hour

),

rainy as (

    select
        expected.placed_on,
        {{ exact_sum('expected.delivery_count') }} as delivery_count,
        {{ exact_sum('expected.handover_sum') }} as handover_sum,
        {{ exact_sum(
            'rush.handover_rush_factor * usual_legs.handover_norm_minutes * expected.delivery_count'
        ) }} as expected_handover_sum,
        {{ exact_sum(
            'rush.handover_rush_factor * usual_legs.handover_norm_minutes * expected.rain_sum'
        ) }} as expected_handover_rain_sum,
        {{ exact_sum('expected.ride_sum') }} as ride_sum,
        {{ exact_sum('rush.ride_rush_factor * expected.expected_ride_sum') }} as expected_ride_sum,
        {{ exact_sum('rush.ride_rush_factor * expected.expected_ride_rain_sum') }} as expected_ride_rain_sum
    from expected
    inner join rush
        on
            expected.placed_on = rush.placed_on
            and expected.paid_hour = rush.paid_hour
    inner join usual_legs on expected.placed_on = usual_legs.placed_on
    where expected.weather = 'rainy'
    group by expected.placed_on

),

rain as (

    select
        rainy.placed_on,
        greatest(
            {{ safe_ratio('rainy.handover_sum - rainy.expected_handover_sum', 'rainy.expected_handover_rain_sum') }}, 0
        ) as handover_rain_share,
        greatest(
            {{ safe_ratio('rainy.ride_sum - rainy.expected_ride_sum', 'rainy.expected_ride_rain_sum') }}, 0
        ) as ride_rain_share
    from rainy
    cross join parameters
    where rainy.delivery_count >= parameters.delay_norm_deliveries

),

final as (

    select
        lines.city_zh,
        rush.paid_hour,
        usual_legs.review_norm_minutes,
        usual_legs.accept_norm_minutes,
        usual_legs.pick_norm_minutes,
        usual_legs.handover_norm_minutes,
        lines.fixed_ride_minutes,
        lines.minutes_per_kilometer,
        lines.usual_kilometers,
        rush.pick_rush_factor,
        rush.handover_rush_factor,
        rush.ride_rush_factor,
        coalesce(rain.handover_rain_share, 0) as handover_rain_share,
        coalesce(rain.ride_rain_share, 0) as ride_rain_share,
        lines.placed_on
    from lines
    inner join usual_legs on lines.placed_on = usual_legs.placed_on
    inner join rush on lines.placed_on = rush.placed_on
    left join rain on lines.placed_on = rain.placed_on
    where lines.fixed_ride_minutes is not null

)

select * from final
