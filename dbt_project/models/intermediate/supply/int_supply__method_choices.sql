{{ config(materialized='table') }}

{#- The method of each demand class for the forecasts of a week: the least pinball loss over the back-test's windows
    that had passed when the week began; another than the pooled
    mean has to be better by a margin (seed supply_parameters, method_change_share), because the least of nine noisy
    losses is often the luckiest one. -#}
with scores as (

    select * from {{ ref('int_supply__backtest_scores') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

anchors as (

    select distinct {{ week_start('forecast_date') }} as anchor_date from scores
    union
    select {{ week_start('as_of_date') }} as anchor_date from as_of

),

losses as (

    select
        anchors.anchor_date,
        scores.demand_class,
        scores.forecast_method,
        count(*) as forecast_count,
        {{ safe_ratio(exact_sum('scores.pinball_loss'), 'count(*)') }} as pinball_loss
    from scores
    cross join parameters
    inner join anchors
        on
            scores.observed_date < anchors.anchor_date
            and {{ add_days('scores.forecast_date', 'parameters.backtest_days') }} >= anchors.anchor_date
    group by anchors.anchor_date, scores.demand_class, scores.forecast_method

),

ranked as (

    select
        losses.*,
        row_number() over (
            partition by losses.anchor_date, losses.demand_class
            order by
                {{ rounded(
                    "losses.pinball_loss
                    * case when losses.forecast_method = 'pooled_mean' then 1 - parameters.method_change_share else 1 end",
                    9
                ) }} nulls last,
                losses.forecast_method nulls last
        ) as loss_rank
    from losses
    cross join parameters
    where losses.forecast_count >= parameters.calibration_cell_rows

),

final as (

    select
        demand_class,
        forecast_method,
        forecast_count,
        pinball_loss,
        anchor_date
    from ranked
    where loss_rank = 1

)

select * from final
