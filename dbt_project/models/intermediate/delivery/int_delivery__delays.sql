with legs as (

    select * from {{ ref('int_delivery__instant_legs') }}

),

norms as (

    select * from {{ ref('int_delivery__delay_norms') }}

),

-- Without a norm a delivery is neither early nor late: it stays out.
measured as (

    select
        legs.*,
        case when legs.is_prescription then norms.review_norm_minutes else 0 end as review_norm_minutes,
        norms.accept_norm_minutes,
        norms.pick_norm_minutes,
        norms.handover_norm_minutes,
        norms.fixed_ride_minutes + norms.minutes_per_kilometer * norms.usual_kilometers as ride_norm_minutes,
        norms.minutes_per_kilometer * (legs.distance_kilometers - norms.usual_kilometers) as ride_distance_minutes,
        norms.pick_norm_minutes * (norms.pick_rush_factor - 1) as pick_rush_minutes,
        norms.handover_norm_minutes * (norms.handover_rush_factor - 1) as handover_rush_minutes,
        norms.handover_norm_minutes
        * norms.handover_rush_factor
        * norms.handover_rain_share
        * coalesce(legs.rain_millimeters, 0) as handover_rain_minutes,
        (norms.fixed_ride_minutes + norms.minutes_per_kilometer * legs.distance_kilometers)
        * (norms.ride_rush_factor - 1) as ride_rush_minutes,
        (norms.fixed_ride_minutes + norms.minutes_per_kilometer * legs.distance_kilometers)
        * norms.ride_rush_factor
        * norms.ride_rain_share
        * coalesce(legs.rain_millimeters, 0) as ride_rain_minutes
    from legs
    inner join norms
        on
            legs.placed_on = norms.placed_on
            and legs.city_zh = norms.city_zh
            and legs.paid_hour = norms.paid_hour
    where
        legs.distance_kilometers is not null
        and legs.own_accept_minutes is not null
        and legs.pick_minutes is not null
        and legs.handover_minutes is not null
        and legs.ride_minutes is not null

),

excesses as (

    select
        *,
        review_minutes - coalesce(review_norm_minutes, 0) as review_excess_minutes,
        own_accept_minutes - accept_norm_minutes as accept_excess_minutes,
        pick_minutes - pick_norm_minutes as pick_excess_minutes,
        handover_minutes - handover_norm_minutes as handover_excess_minutes,
        ride_minutes - ride_norm_minutes as ride_excess_minutes
    from measured

),

parted as (

    select
        *,
        pick_excess_minutes - pick_rush_minutes as pick_other_minutes,
        handover_excess_minutes - handover_rush_minutes - handover_rain_minutes as handover_other_minutes,
        ride_excess_minutes - ride_distance_minutes - ride_rush_minutes - ride_rain_minutes as ride_other_minutes,
        pick_rush_minutes + handover_rush_minutes + ride_rush_minutes as rush_minutes,
        handover_rain_minutes + ride_rain_minutes as rain_minutes
    from excesses

),

{% set causes = [
    ('review', 'review_excess_minutes'), ('accept', 'accept_excess_minutes'), ('pick', 'pick_other_minutes'),
    ('handover', 'handover_other_minutes'), ('ride', 'ride_other_minutes'), ('distance', 'ride_distance_minutes'),
    ('rush', 'rush_minutes'), ('rain', 'rain_minutes'),
] %}

final as (

    select
        *,
        review_excess_minutes
        + accept_excess_minutes
        + pick_excess_minutes
        + handover_excess_minutes
        + ride_excess_minutes as excess_minutes,
        {{ largest_of([
            ('review', 'review_excess_minutes'), ('accept', 'accept_excess_minutes'), ('pick', 'pick_excess_minutes'),
            ('handover', 'handover_excess_minutes'), ('ride', 'ride_excess_minutes'),
        ]) }} as slowest_leg,
        {{ largest_of(causes) }} as main_cause
    from parted

)

select * from final
