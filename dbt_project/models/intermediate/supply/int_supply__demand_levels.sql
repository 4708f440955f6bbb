{{ config(materialized='table') }}

{#- Every method's level after the close of every day, for all series in the forecast window and for the series of the
    back-test before it. The days before those that are kept are folded into one row per series, because a group costs a
    fraction of what running sums over the same days cost. Folded sums are exact: series that sold alike have to come out
    alike to the last digit, or a tie in the calibration would fall one way today and the other tomorrow. -#}
{% set recent_days = 28 %}
{% set alphas = ['slow', 'medium', 'fast'] %}
{#- What is summed up to every day: column and term. -#}
{% set terms = {} %}
{% for alpha in alphas %}
{% do terms.update({
    alpha ~ '_quantity': alpha ~ '_weight * demand_quantity',
    alpha ~ '_exposure': alpha ~ '_weight * exposure',
}) %}
{% endfor %}
{% do terms.update({
    'slow_squares': 'slow_weight * demand_quantity * demand_quantity',
    'slow_days': 'slow_weight * available_share',
    'exposure_so_far': 'exposure',
    'level_sum': 'open_weight * adjusted_quantity',
    'probability_sum': 'case when is_demand_day then probability_weight end',
    'size_sum': 'size_weight * adjusted_quantity',
    'weighted_day_sum': 'interval_weight',
    'size_total': 'case when is_demand_day then demand_quantity end',
    'size_squares': 'case when is_demand_day then demand_quantity * demand_quantity end',
    'quantity_so_far': 'demand_quantity',
    'unseen_so_far': 'unseen_quantity',
    'censored_days_so_far': 'case when is_censored then 1 else 0 end',
}) %}

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
        exposures.series_number,
        exposures.demand_date,
        exposures.is_censored,
        exposures.demand_quantity,
        exposures.available_share,
        exposures.day_position,
        exposures.day_factor * exposures.available_share as exposure,
        coalesce(lost.unseen_quantity, 0) as unseen_quantity,
        {{ safe_ratio('exposures.demand_quantity', 'exposures.day_factor') }} as adjusted_quantity,
        not exposures.is_censored and exposures.demand_quantity > 0 as is_demand_day,
        count(*) over whole_series - row_number() over series_by_day as later_days,
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
        whole_series as (partition by exposures.series_number),
        series_by_day as (partition by exposures.series_number order by exposures.demand_date nulls last),
        series_so_far as (
            partition by exposures.series_number order by exposures.demand_date nulls last
            rows between unbounded preceding and current row
        )

),

-- Weights count from the first day of the forecast window, so that those of what is folded are at most 1.
weighted as (

    select
        numbered.*,
        numbered.series_number > parameters.backtest_series
        and numbered.later_days >= parameters.forecast_window_days + {{ recent_days - 1 }} as is_folded,
        {% for alpha in alphas %}
        {{ power(
            '1 - parameters.' ~ alpha ~ '_alpha', 'parameters.demand_history_days + 1 - numbered.day_position'
        ) }} as {{ alpha }}_weight,
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

folded as (

    select
        series_number,
        {% for column, term in terms.items() %}
        {{ exact_sum(term) }} as {{ column }},
        {% endfor %}
        max(case when is_demand_day then open_day_number end) as demand_open_day_number,
        max(demand_date) as demand_date
    from weighted
    where is_folded
    group by series_number

),

unfolded as (

    select
        series_number,
        {% for column, term in terms.items() %}
        cast({{ term }} as double) as {{ column }},
        {% endfor %}
        open_day_number,
        demand_day_number,
        case when is_demand_day then open_day_number end as demand_open_day_number,
        demand_quantity,
        exposure,
        demand_date
    from weighted
    where not is_folded
    union all
    select
        series_number,
        {% for column in terms %}
        {{ column }},
        {% endfor %}
        cast(null as bigint) as open_day_number,
        cast(null as bigint) as demand_day_number,
        demand_open_day_number,
        cast(null as double) as demand_quantity,
        cast(null as double) as exposure,
        demand_date
    from folded

),

summed as (

    select
        series_number,
        demand_date,
        open_day_number,
        demand_day_number,
        {% for column in terms %}
        sum({{ column }}) over series_so_far as {{ column }},
        {% endfor %}
        max(demand_open_day_number) over series_so_far as last_demand_day_number,
        sum(demand_quantity) over last_four_weeks as recent_quantity,
        sum(exposure) over last_four_weeks as recent_exposure,
        sum(demand_quantity) over last_week as week_quantity,
        sum(exposure) over last_week as week_exposure
    from unfolded
    window
        series_so_far as (
            partition by series_number order by demand_date nulls last
            rows between unbounded preceding and current row
        ),
        last_four_weeks as (
            partition by series_number order by demand_date nulls last
            rows between {{ recent_days - 1 }} preceding and current row
        ),
        last_week as (
            partition by series_number order by demand_date nulls last rows between 6 preceding and current row
        )

),

kept as (

    select
        summed.*,
        series.location_id,
        series.sku_id,
        series.protection_days,
        series.region_zh,
        series.atc_class,
        series.is_backtested
    from summed
    cross join bounds
    inner join series on summed.series_number = series.series_number
    where
        summed.demand_date >= bounds.first_forecast_date
        or (series.is_backtested and summed.demand_date >= bounds.first_backtest_date)

),

levels as (

    select
        kept.location_id,
        kept.sku_id,
        kept.series_number,
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
        levels.series_number,
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
