{{ config(materialized='table') }}

{#- Every forecast of the back-test with the quantiles that were to be had on its day, and how far off they were. -#}
with backtest as (

    select
        *,
        {{ week_start('forecast_date') }} as anchor_date
    from {{ ref('int_supply__backtest_forecasts') }}

),

calibration as (

    select * from {{ ref('int_supply__demand_calibration') }}

),

calibrated as (

    select
        backtest.*,
        {% for suffix, probability in forecast_quantiles() %}
        {{ at_level('calibration.quantile_' ~ suffix ~ '_quantity', 'backtest') }} as quantile_{{ suffix }}_quantity,
        {% endfor %}
        {{ at_level('calibration.mean_quantity', 'backtest') }} as expected_quantity
    from backtest
    inner join calibration on {{ is_calibrated_by('backtest', 'calibration') }}

),

final as (

    select
        location_id,
        sku_id,
        forecast_method,
        demand_class,
        protection_days,
        expected_quantity,
        {% for suffix, probability in forecast_quantiles() %}
        quantile_{{ suffix }}_quantity,
        {% endfor %}
        cast(observed_quantity as double) as observed_quantity,
        {{ mean_pinball_loss('observed_quantity') }} as pinball_loss,
        {% for suffix, probability in forecast_quantiles() %}
        case when observed_quantity <= quantile_{{ suffix }}_quantity then 1 else 0 end as is_within_{{ suffix }},
        case when observed_quantity < quantile_{{ suffix }}_quantity then 1 else 0 end as is_below_{{ suffix }},
        {% endfor %}
        observed_date,
        forecast_date
    from calibrated

)

select * from final
