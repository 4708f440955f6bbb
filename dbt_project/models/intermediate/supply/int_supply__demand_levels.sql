{{ config(materialized='table') }}

{#- Every method's level after the close of every day, for all series in the forecast window and for the series of the
    back-test before it. Two passes over the days: the first numbers open days and demands, the second sums. -#}
{% set alphas = ['slow', 'medium', 'fast'] %}

with exposures as (

    select * from {{ ref('int_supply__demand_exposures') }}

),

series as (

    select * from {{ ref('int_supply__forecast_series') }}

),

lost as (

    select * from {{ ref('int_supply__lost_demand') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

bounds as (

    select
        {{ add_days('as_of.as_of_date', '1 - parameters.forecast_window_days') }} as first_forecast_date,
        {{ add_days(
            'as_of.as_of_date', '1 - parameters.forecast_window_days - 2 * parameters.backtest_days'
        ) }} as first_backtest_date
    from as_of
    cross join parameters

),

numbered as (

    select
        exposures.location_id,
        exposures.sku_id,
        exposures.demand_date,
        exposures.is_censored,
        exposures.demand_quantity,
        exposures.available_share,
        exposures.day_position,
        exposures.day_factor * exposures.available_share as exposure,
        coalesce(lost.unseen_quantity, 0) as unseen_quantity,
        {{ safe_ratio('exposures.demand_quantity', 'exposures.day_factor') }} as adjusted_quantity,
        not exposures.is_censored and exposures.demand_quantity > 0 as is_demand_day,
        count(*) filter (where not exposures.is_censored) over series_so_far as open_day_number,
        count(*) filter (
            where not exposures.is_censored and exposures.demand_quantity > 0
        ) over series_so_far as demand_day_number
    from exposures
    left join lost
        on
            exposures.is_censored
            and exposures.location_id = lost.location_id
            and exposures.sku_id = lost.sku_id
            and exposures.demand_date = lost.business_date
    window
        series_so_far as (
            partition by exposures.location_id, exposures.sku_id order by exposures.demand_date nulls last
            rows between unbounded preceding and current row
        )

),

weighted as (

    select
        numbered.*,
        {% for alpha in alphas %}
        {{ power('1 - parameters.' ~ alpha ~ '_alpha', '-numbered.day_position') }} as {{ alpha }}_weight,
        {% endfor %}
        case
            when not numbered.is_censored
                then {{ smoothing_weight('numbered.open_day_number', 'parameters.smoothing_alpha') }}
        end as open_weight,
        case
            when not numbered.is_censored
                then {{ smoothing_weight('numbered.open_day_number', 'parameters.probability_alpha') }}
        end as probability_weight,
        case
            when numbered.is_demand_day
                then {{ smoothing_weight('numbered.demand_day_number', 'parameters.smoothing_alpha') }}
        end as size_weight,
        case
            when not numbered.is_censored
                then {{ smoothing_weight(
                    '(numbered.demand_day_number + case when numbered.is_demand_day then 0 else 1 end)',
                    'parameters.smoothing_alpha'
                ) }}
        end as interval_weight
    from numbered
    cross join parameters

),

summed as (

    select
        location_id,
        sku_id,
        demand_date,
        open_day_number,
        demand_day_number,
        {% for alpha in alphas %}
        sum({{ alpha }}_weight * demand_quantity) over series_so_far as {{ alpha }}_quantity,
        sum({{ alpha }}_weight * exposure) over series_so_far as {{ alpha }}_exposure,
        {% endfor %}
        sum(slow_weight * demand_quantity * demand_quantity) over series_so_far as slow_squares,
        sum(slow_weight * available_share) over series_so_far as slow_days,
        sum(exposure) over series_so_far as exposure_so_far,
        sum(open_weight * adjusted_quantity) over series_so_far as level_sum,
        sum(case when is_demand_day then probability_weight end) over series_so_far as probability_sum,
        sum(size_weight * adjusted_quantity) over series_so_far as size_sum,
        sum(interval_weight) over series_so_far as weighted_day_sum,
        max(case when is_demand_day then open_day_number end) over series_so_far as last_demand_day_number,
        sum(case when is_demand_day then demand_quantity end) over series_so_far as size_total,
        sum(case when is_demand_day then demand_quantity * demand_quantity end) over series_so_far as size_squares,
        sum(demand_quantity) over last_four_weeks as recent_quantity,
        sum(exposure) over last_four_weeks as recent_exposure,
        sum(demand_quantity) over last_week as week_quantity,
        sum(exposure) over last_week as week_exposure,
        sum(demand_quantity) over series_so_far as quantity_so_far,
        sum(unseen_quantity) over series_so_far as unseen_so_far,
        sum(case when is_censored then 1 else 0 end) over series_so_far as censored_days_so_far
    from weighted
    window
        series_so_far as (
            partition by location_id, sku_id order by demand_date nulls last
            rows between unbounded preceding and current row
        ),
        last_four_weeks as (
            partition by location_id, sku_id order by demand_date nulls last rows between 27 preceding and current row
        ),
        last_week as (
            partition by location_id, sku_id order by demand_date nulls last rows between 6 preceding and current row
        )

),

kept as (

    select
        summed.*,
        series.protection_days,
        series.region_zh,
        series.atc_class,
        series.is_backtested
    from summed
    cross join bounds
    inner join series
        on
            summed.location_id = series.location_id
            and summed.sku_id = series.sku_id
    where
        summed.demand_date >= bounds.first_forecast_date
        or (series.is_backtested and summed.demand_date >= bounds.first_backtest_date)

),

levels as (

    select
        kept.location_id,
        kept.sku_id,
        kept.protection_days,
        kept.region_zh,
        kept.atc_class,
        kept.is_backtested,
        kept.exposure_so_far,
        case
            when kept.open_day_number < parameters.new_series_days or kept.demand_day_number < 2 then 'new'
            when
                {{ safe_ratio('kept.open_day_number', 'kept.demand_day_number') }}
                < parameters.intermittent_interval_days
                then
                    case
                        when
                            {{ safe_ratio(
                                'kept.size_squares * kept.demand_day_number', 'kept.size_total * kept.size_total'
                            ) }} - 1 < parameters.erratic_squared_variation
                            then 'smooth'
                        else 'erratic'
                    end
            when
                {{ safe_ratio('kept.size_squares * kept.demand_day_number', 'kept.size_total * kept.size_total') }} - 1
                < parameters.erratic_squared_variation
                then 'intermittent'
            else 'lumpy'
        end as demand_class,
        {% for alpha in alphas %}
        coalesce({{ safe_ratio('kept.' ~ alpha ~ '_quantity', 'kept.' ~ alpha ~ '_exposure') }}, 0)
            as discounted_mean_{{ alpha }},
        {% endfor %}
        coalesce({{ smoothed_level('kept.level_sum', 'kept.open_day_number', 'parameters.smoothing_alpha') }}, 0)
            as ses,
        coalesce({{ croston_sba(
            'kept.size_sum',
            closed_interval_sum(
                'kept.weighted_day_sum',
                'kept.open_day_number',
                'kept.last_demand_day_number',
                'kept.demand_day_number',
                'parameters.smoothing_alpha'
            ),
            'parameters.smoothing_alpha'
        ) }}, 0) as croston_sba,
        coalesce(
            {{ smoothed_level('kept.size_sum', 'kept.demand_day_number', 'parameters.smoothing_alpha') }}
            * {{ smoothed_level('kept.probability_sum', 'kept.open_day_number', 'parameters.probability_alpha') }},
            0
        ) as tsb,
        coalesce({{ safe_ratio('kept.recent_quantity', 'kept.recent_exposure') }}, 0) as moving_average,
        coalesce({{ safe_ratio('kept.week_quantity', 'kept.week_exposure') }}, 0) as seasonal_naive,
        -- Demands of equal size that would vary as much: E[y]^2 / E[y^2] a day, the share of days with demand where all
        -- demands are of one size.
        coalesce(
            {{ safe_ratio('kept.slow_quantity * kept.slow_quantity', 'kept.slow_squares * kept.slow_days') }}, 0
        ) as demand_frequency,
        kept.quantity_so_far,
        kept.unseen_so_far,
        kept.censored_days_so_far,
        kept.demand_date
    from kept
    cross join parameters

),

-- Peers: the same SKU in the stores of the region, and how busy the store is beside them.
sku_means as (

    select
        sku_id,
        region_zh,
        demand_date,
        {{ safe_ratio(exact_sum('discounted_mean_slow'), 'count(*)') }} as sku_mean
    from levels
    group by sku_id, region_zh, demand_date

),

store_factors as (

    select
        levels.location_id,
        levels.demand_date,
        {{ safe_ratio(exact_sum('levels.discounted_mean_slow'), exact_sum('sku_means.sku_mean')) }} as store_factor
    from levels
    inner join sku_means
        on
            levels.sku_id = sku_means.sku_id
            and levels.region_zh = sku_means.region_zh
            and levels.demand_date = sku_means.demand_date
    group by levels.location_id, levels.demand_date

),

final as (

    select
        levels.location_id,
        levels.sku_id,
        levels.protection_days,
        levels.region_zh,
        levels.atc_class,
        levels.is_backtested,
        levels.demand_class,
        levels.discounted_mean_slow,
        levels.discounted_mean_medium,
        levels.discounted_mean_fast,
        levels.ses,
        levels.croston_sba,
        levels.tsb,
        levels.moving_average,
        levels.seasonal_naive,
        coalesce(
            {{ safe_ratio(
                'least(levels.exposure_so_far, ' ~ safe_ratio('1', 'parameters.slow_alpha') ~ ') * levels.discounted_mean_slow
                + parameters.pooling_days * store_factors.store_factor * sku_means.sku_mean',
                'least(levels.exposure_so_far, ' ~ safe_ratio('1', 'parameters.slow_alpha') ~ ') + parameters.pooling_days'
            ) }},
            levels.discounted_mean_slow
        ) as pooled_mean,
        levels.demand_frequency,
        levels.quantity_so_far,
        levels.unseen_so_far,
        levels.censored_days_so_far,
        levels.demand_date
    from levels
    cross join parameters
    inner join sku_means
        on
            levels.sku_id = sku_means.sku_id
            and levels.region_zh = sku_means.region_zh
            and levels.demand_date = sku_means.demand_date
    inner join store_factors
        on
            levels.location_id = store_factors.location_id
            and levels.demand_date = store_factors.demand_date

)

select * from final
