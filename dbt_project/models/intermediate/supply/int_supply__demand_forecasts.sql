{{ config(materialized='table') }}

with demand as (

    select * from {{ ref('int_supply__demand_daily') }}

),

lead_times as (

    select * from {{ ref('int_supply__lead_times') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

quantiles as (

    select * from {{ ref('forecast_quantiles') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

deviates as (

    select
        max(normal_deviate) filter (where quantile = 0.5) as deviate_50,
        max(normal_deviate) filter (where quantile = 0.8) as deviate_80,
        max(normal_deviate) filter (where quantile = 0.9) as deviate_90,
        max(normal_deviate) filter (where quantile = 0.95) as deviate_95,
        max(normal_deviate) filter (where quantile = 0.975) as deviate_975
    from quantiles

),

bounds as (

    select
        {{ add_days('as_of.as_of_date', '1 - parameters.forecast_window_days') }} as first_forecast_date,
        {{ add_days(
            'as_of.as_of_date',
            '1 - parameters.forecast_window_days - parameters.demand_history_days'
        ) }} as first_demand_date
    from as_of
    cross join parameters

),

history as (

    select
        demand.location_id,
        demand.sku_id,
        demand.demand_date,
        demand.is_censored,
        cast(demand.demand_quantity as double) as demand_quantity,
        count(*) filter (where not demand.is_censored) over (
            partition by demand.location_id, demand.sku_id
            order by demand.demand_date nulls last
            rows between unbounded preceding and current row
        ) as open_day_number
    from demand
    cross join bounds
    where demand.demand_date >= bounds.first_demand_date

),

summed as (

    select
        history.*,
        sum(
            case
                when not history.is_censored
                    then
                        {{ smoothing_term(
                            'history.demand_quantity', 'history.open_day_number', 'parameters.smoothing_alpha'
                        ) }}
            end
        ) over day_so_far as term_sum,
        count(*) filter (
            where not history.is_censored and history.demand_quantity > 0
        ) over day_so_far as demand_day_count,
        sum(case when not history.is_censored then history.demand_quantity end) over day_so_far as open_quantity,
        sum(
            case when not history.is_censored then history.demand_quantity * history.demand_quantity end
        ) over day_so_far as open_squares,
        sum(history.demand_quantity) over day_so_far as quantity_so_far,
        sum(case when history.is_censored then 1 else 0 end) over day_so_far as censored_day_count
    from history
    cross join parameters
    window day_so_far as (
        partition by history.location_id, history.sku_id
        order by history.demand_date nulls last
        rows between unbounded preceding and current row
    )

),

described as (

    select
        *,
        coalesce({{ safe_ratio('open_day_number', 'demand_day_count') }}, open_day_number) as demand_interval_days,
        coalesce(
            {{ safe_ratio('open_squares * demand_day_count', 'open_quantity * open_quantity') }} - 1, 0
        ) as squared_variation,
        coalesce(
            {{ safe_ratio('open_squares', 'open_day_number') }}
            - {{ safe_ratio('open_quantity * open_quantity', 'open_day_number * open_day_number') }},
            0
        ) as daily_variance
    from summed

),

forecast as (

    select
        described.location_id,
        described.sku_id,
        described.demand_date,
        described.quantity_so_far,
        described.censored_day_count,
        lead_times.protection_days,
        case
            when described.open_day_number < parameters.new_series_days then 'new'
            when described.demand_interval_days < parameters.intermittent_interval_days
                then
                    case
                        when described.squared_variation < parameters.erratic_squared_variation then 'smooth'
                        else 'erratic'
                    end
            when described.squared_variation < parameters.erratic_squared_variation then 'intermittent'
            else 'lumpy'
        end as demand_class,
        coalesce(
            {{ smoothed_level('described.term_sum', 'described.open_day_number', 'parameters.smoothing_alpha') }}, 0
        ) as expected_daily_quantity,
        {{ square_root('lead_times.protection_days * greatest(described.daily_variance, 0)') }} as demand_sd_quantity
    from described
    inner join lead_times
        on
            described.location_id = lead_times.location_id
            and described.sku_id = lead_times.sku_id
    cross join parameters

),

final as (

    select
        forecast.location_id,
        forecast.sku_id,
        forecast.demand_class,
        'ses' as forecast_method,
        forecast.protection_days,
        forecast.expected_daily_quantity,
        forecast.expected_daily_quantity * forecast.protection_days as expected_quantity,
        forecast.demand_sd_quantity,
        {% for quantile in ['50', '80', '90', '95', '975'] -%}
        greatest(
            forecast.expected_daily_quantity * forecast.protection_days
            + deviates.deviate_{{ quantile }} * forecast.demand_sd_quantity,
            0
        ) as quantile_{{ quantile }}_quantity,
        {% endfor -%}
        case
            when ended.censored_day_count = forecast.censored_day_count
                then ended.quantity_so_far - forecast.quantity_so_far
        end as observed_quantity,
        forecast.demand_date as forecast_date
    from forecast
    cross join deviates
    cross join bounds
    left join forecast as ended
        on
            forecast.location_id = ended.location_id
            and forecast.sku_id = ended.sku_id
            and {{ add_days('forecast.demand_date', 'forecast.protection_days') }} = ended.demand_date
    where forecast.demand_date >= bounds.first_forecast_date

)

select * from final
