{{ config(materialized='table') }}

{#- How a day's demand compares with the mean day's: the weekday and the flu, as the demand of the class in the region
    tells up to the week's start (anchor_date). A series is too thin for profiles of its own. -#}
with demand as (

    select * from {{ ref('int_supply__demand_daily') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

days as (

    select * from {{ ref('int_reference__days') }}

),

lead_times as (

    select * from {{ ref('int_supply__lead_times') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

bounds as (

    select
        {{ add_days(
            'as_of.as_of_date',
            '1 - parameters.forecast_window_days - parameters.demand_history_days'
        ) }} as first_demand_date,
        as_of.as_of_date,
        greatest(
            cast(parameters.forecast_horizon_days as integer),
            coalesce((select max(lead_times.protection_days) from lead_times), 0)
        ) as horizon_days
    from as_of
    cross join parameters

),

-- A day on which stock limited demand says too little; so does one that a promotion lifted.
class_days as (

    select
        coalesce(products.atc_class, 'none') as atc_class,
        coalesce(locations.region_zh, 'none') as region_zh,
        demand.demand_date,
        {{ iso_weekday('demand.demand_date') }} as iso_weekday,
        coalesce(max(days.flu_level), 0) as flu_level,
        {{ safe_ratio('sum(demand.demand_quantity)', 'count(*)') }} as mean_quantity
    from demand
    cross join bounds
    inner join locations on demand.location_id = locations.location_id
    inner join products on demand.sku_id = products.sku_id
    left join days on demand.demand_date = days.business_date
    where
        demand.demand_date >= bounds.first_demand_date
        and not demand.is_censored
        and not demand.is_promoted
    group by coalesce(products.atc_class, 'none'), coalesce(locations.region_zh, 'none'), demand.demand_date

),

running as (

    select
        atc_class,
        region_zh,
        demand_date,
        iso_weekday,
        {{ add_days(week_start('demand_date'), 7) }} as anchor_date,
        count(*) over class_so_far as day_count,
        sum(mean_quantity) over class_so_far as quantity_sum,
        sum(mean_quantity * mean_quantity) over class_so_far as quantity_squares,
        sum(flu_level) over class_so_far as flu_sum,
        sum(flu_level * flu_level) over class_so_far as flu_squares,
        sum(flu_level * mean_quantity) over class_so_far as flu_quantity_sum,
        count(*) over weekday_so_far as weekday_count,
        sum(mean_quantity) over weekday_so_far as weekday_quantity_sum,
        row_number() over (
            partition by atc_class, region_zh, {{ week_start('demand_date') }} order by demand_date desc nulls last
        ) as days_before_end_of_week
    from class_days
    window
        class_so_far as (
            partition by atc_class, region_zh order by demand_date nulls last
            rows between unbounded preceding and current row
        ),
        weekday_so_far as (
            partition by atc_class, region_zh, iso_weekday order by demand_date nulls last
            rows between unbounded preceding and current row
        )

),

-- Least squares of the class's mean day on the strength of the flu.
moments as (

    select
        atc_class,
        region_zh,
        anchor_date,
        day_count,
        {{ safe_ratio('quantity_sum', 'day_count') }} as mean_quantity,
        {{ safe_ratio('flu_sum', 'day_count') }} as mean_flu_level,
        quantity_squares - {{ safe_ratio('quantity_sum * quantity_sum', 'day_count') }} as quantity_variation,
        flu_squares - {{ safe_ratio('flu_sum * flu_sum', 'day_count') }} as flu_variation,
        flu_quantity_sum - {{ safe_ratio('flu_sum * quantity_sum', 'day_count') }} as covariation
    from running
    where days_before_end_of_week = 1

),

slopes as (

    select
        *,
        coalesce({{ safe_ratio('covariation', 'case when flu_variation > 1e-6 then flu_variation end') }}, 0) as slope,
        {{ safe_ratio('quantity_variation', 'day_count - 1') }} as quantity_variance
    from moments

),

-- A slope that its own error explains is none: positive-part James-Stein (Efron and Morris 1973, J. Am. Stat. Assoc.).
flu_effects as (

    select
        *,
        slope * greatest(
            1 - coalesce(
                {{ safe_ratio(
                    safe_ratio('quantity_variation - slope * covariation', 'greatest(day_count - 2, 1)'),
                    'slope * covariation'
                ) }},
                1
            ),
            0
        ) as shrunk_slope
    from slopes

),

weekday_effects as (

    select
        running.atc_class,
        running.region_zh,
        running.anchor_date,
        running.iso_weekday,
        {{ safe_ratio(
            safe_ratio('running.weekday_quantity_sum', 'running.weekday_count'), 'flu_effects.mean_quantity'
        ) }} - 1 as deviation,
        {{ safe_ratio(
            safe_ratio('flu_effects.quantity_variance', 'running.weekday_count'),
            'flu_effects.mean_quantity * flu_effects.mean_quantity'
        ) }} as deviation_variance
    from running
    inner join flu_effects
        on
            running.atc_class = flu_effects.atc_class
            and running.region_zh = flu_effects.region_zh
            and running.anchor_date = flu_effects.anchor_date

),

offsets as (

    {{ number_spine(0, '(select horizon_days + 6 from bounds)', 'day_offset') }}

),

-- Until a class has a week of history every day is a mean day.
anchors as (

    select
        atc_class,
        region_zh,
        {{ week_start('demand_date') }} as anchor_date
    from class_days
    union
    select distinct
        class_days.atc_class,
        class_days.region_zh,
        {{ week_start('bounds.as_of_date') }} as anchor_date
    from class_days
    cross join bounds

),

anchor_days as (

    select
        anchors.atc_class,
        anchors.region_zh,
        anchors.anchor_date,
        {{ add_days('anchors.anchor_date', 'offsets.day_offset') }} as demand_date
    from anchors
    cross join offsets

),

factors as (

    select
        anchor_days.atc_class,
        anchor_days.region_zh,
        anchor_days.anchor_date,
        anchor_days.demand_date,
        greatest(
            1
            + coalesce(
                weekday_effects.deviation * greatest(
                    1 - {{ safe_ratio(
                        'weekday_effects.deviation_variance', 'weekday_effects.deviation * weekday_effects.deviation'
                    ) }},
                    0
                ),
                0
            )
            + coalesce(
                {{ safe_ratio(
                    'flu_effects.shrunk_slope * (coalesce(days.flu_level, 0) - flu_effects.mean_flu_level)',
                    'flu_effects.mean_quantity'
                ) }},
                0
            ),
            parameters.smallest_day_factor
        ) as day_factor
    from anchor_days
    cross join parameters
    left join flu_effects
        on
            anchor_days.atc_class = flu_effects.atc_class
            and anchor_days.region_zh = flu_effects.region_zh
            and anchor_days.anchor_date = flu_effects.anchor_date
    left join weekday_effects
        on
            anchor_days.atc_class = weekday_effects.atc_class
            and anchor_days.region_zh = weekday_effects.region_zh
            and anchor_days.anchor_date = weekday_effects.anchor_date
            and {{ iso_weekday('anchor_days.demand_date') }} = weekday_effects.iso_weekday
    left join days on anchor_days.demand_date = days.business_date

),

final as (

    select
        atc_class,
        region_zh,
        anchor_date,
        day_factor,
        sum(day_factor) over (
            partition by atc_class, region_zh, anchor_date order by demand_date nulls last
            rows between unbounded preceding and current row
        ) as factor_so_far,
        demand_date
    from factors

)

select * from final
