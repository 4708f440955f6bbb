{{ config(materialized='table') }}

with levels as (

    select * from {{ ref('int_supply__demand_levels') }}

),

profiles as (

    select * from {{ ref('int_supply__demand_profiles') }}

),

refills as (

    select * from {{ ref('int_supply__refill_demand') }}

),

choices as (

    select * from {{ ref('int_supply__method_choices') }}

),

calibration as (

    select * from {{ ref('int_supply__demand_calibration') }}

),

quantiles as (

    select * from {{ ref('forecast_quantiles') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

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

-- Until a class has been tested the method that needs the least history stands in.
chosen as (

    select
        levels.*,
        {{ week_start('levels.demand_date') }} as anchor_date,
        coalesce(choices.forecast_method, 'pooled_mean') as forecast_method,
        {{ rounded('levels.demand_frequency * levels.protection_days', 9) }} as expected_demand_days
    from levels
    cross join as_of
    cross join parameters
    left join choices
        on
            levels.demand_class = choices.demand_class
            and {{ week_start('levels.demand_date') }} = choices.anchor_date
    where levels.demand_date > {{ add_days('as_of.as_of_date', '-parameters.forecast_window_days') }}

),

projected as (

    select
        chosen.*,
        {{ rounded(
            'greatest(' ~ level_of_method('chosen.forecast_method', 'chosen')
            ~ ' * coalesce(until_end.factor_so_far - until_origin.factor_so_far, chosen.protection_days)'
            ~ ' + coalesce(refills.due_difference, 0), 0)',
            9
        ) }} as level_quantity
    from chosen
    left join profiles as until_end
        on
            chosen.atc_class = until_end.atc_class
            and chosen.region_zh = until_end.region_zh
            and chosen.anchor_date = until_end.anchor_date
            and {{ add_days('chosen.demand_date', 'chosen.protection_days') }} = until_end.demand_date
    left join profiles as until_origin
        on
            chosen.atc_class = until_origin.atc_class
            and chosen.region_zh = until_origin.region_zh
            and chosen.anchor_date = until_origin.anchor_date
            and chosen.demand_date = until_origin.demand_date
    left join refills
        on
            chosen.location_id = refills.location_id
            and chosen.sku_id = refills.sku_id
            and chosen.demand_date = refills.demand_date

),

-- Without a calibration (a chain's first weeks) demand is taken as normal with the variance of a Poisson process.
calibrated as (

    select
        projected.*,
        {% for suffix, probability in forecast_quantiles() %}
        coalesce(
            {{ at_level('calibration.quantile_' ~ suffix ~ '_quantity', 'projected') }},
            greatest(
                projected.level_quantity
                + deviates.deviate_{{ suffix }} * {{ square_root('projected.level_quantity') }},
                0
            )
        ) as quantile_{{ suffix }}_quantity,
        {% endfor %}
        coalesce({{ at_level('calibration.mean_quantity', 'projected') }}, projected.level_quantity) as mean_quantity,
        coalesce(
            {{ at_level('calibration.sd_quantity', 'projected') }}, {{ square_root('projected.level_quantity') }}
        ) as sd_quantity
    from projected
    cross join deviates
    left join calibration on {{ is_calibrated_by('projected', 'calibration') }}

),

final as (

    select
        calibrated.location_id,
        calibrated.sku_id,
        calibrated.demand_class,
        calibrated.forecast_method,
        calibrated.protection_days,
        {{ safe_ratio('calibrated.mean_quantity', 'calibrated.protection_days') }} as expected_daily_quantity,
        calibrated.mean_quantity as expected_quantity,
        calibrated.sd_quantity as demand_sd_quantity,
        {% for suffix, probability in forecast_quantiles() %}
        calibrated.quantile_{{ suffix }}_quantity,
        {% endfor %}
        ended.quantity_so_far - calibrated.quantity_so_far as observed_quantity,
        calibrated.demand_date as forecast_date
    from calibrated
    left join levels as ended
        on
            calibrated.series_number = ended.series_number
            and {{ add_days('calibrated.demand_date', 'calibrated.protection_days') }} = ended.demand_date
            and calibrated.censored_days_so_far = ended.censored_days_so_far

)

select * from final
