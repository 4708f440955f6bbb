with scores as (

    select * from {{ ref('int_supply__backtest_scores') }}

),

choices as (

    select * from {{ ref('int_supply__method_choices') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

-- The windows that decided on the methods in force on the as-of day.
deciding as (

    select scores.*
    from scores
    cross join as_of
    cross join parameters
    where
        scores.observed_date < {{ week_start('as_of.as_of_date') }}
        and {{ add_days('scores.forecast_date', 'parameters.backtest_days') }} >= {{ week_start('as_of.as_of_date') }}

),

chosen as (

    select
        choices.demand_class,
        choices.forecast_method
    from choices
    inner join as_of on choices.anchor_date = {{ week_start('as_of.as_of_date') }}

),

measured as (

    select
        demand_class,
        forecast_method,
        protection_days,
        count(*) as forecast_count,
        {{ safe_ratio(
            exact_sum('abs(quantile_50_quantity - observed_quantity)'), exact_sum('observed_quantity')
        ) }} as forecast_wape,
        {{ safe_ratio(exact_sum('expected_quantity - observed_quantity'), exact_sum('observed_quantity')) }}
            as forecast_bias,
        {% for suffix, probability in forecast_quantiles() %}
        {{ safe_ratio('sum(is_within_' ~ suffix ~ ' + is_below_' ~ suffix ~ ')', '2 * count(*)') }}
            as coverage_{{ suffix }}_rate,
        {% endfor %}
        {{ safe_ratio(exact_sum('pinball_loss'), 'count(*)') }} as pinball_loss
    from deciding
    group by demand_class, forecast_method, protection_days

),

final as (

    select
        cast(measured.demand_class as string) as demand_class,
        cast(measured.forecast_method as string) as forecast_method,
        cast(measured.protection_days as integer) as protection_days,
        cast(measured.forecast_count as bigint) as forecast_count,
        cast(measured.forecast_wape as double) as forecast_wape,
        cast(measured.forecast_bias as double) as forecast_bias,
        cast(measured.pinball_loss as double) as pinball_loss,
        {% for suffix, probability in forecast_quantiles() %}
        cast(measured.coverage_{{ suffix }}_rate as double) as coverage_{{ suffix }}_rate,
        {% endfor %}
        cast(chosen.forecast_method is not null as boolean) as is_chosen
    from measured
    left join chosen
        on
            measured.demand_class = chosen.demand_class
            and measured.forecast_method = chosen.forecast_method

)

select * from final
