{{ config(materialized='table') }}

{#- What every method would have said on the origins of the back-test, beside what was wanted. -#}
with levels as (

    select * from {{ ref('int_supply__demand_levels') }}

),

profiles as (

    select * from {{ ref('int_supply__demand_profiles') }}

),

refills as (

    select * from {{ ref('int_supply__refill_demand') }}

),

methods as (

    select * from {{ ref('forecast_methods') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

origins as (

    select levels.*
    from levels
    cross join parameters
    where
        levels.is_backtested
        and {{ days_between("date '1970-01-01'", 'levels.demand_date') }}
        % cast(parameters.backtest_step_days as integer) = 0

),

-- Windows in which stock ran out are kept, with what was lost estimated: they are those with much demand, and leaving
-- them out would make the quantiles of all too low.
observed as (

    select
        origins.*,
        ended.demand_date as observed_date,
        ended.quantity_so_far - origins.quantity_so_far + ended.unseen_so_far - origins.unseen_so_far
            as observed_quantity,
        until_end.factor_so_far - until_origin.factor_so_far as factor_sum,
        coalesce(refills.due_difference, 0) as due_difference
    from origins
    inner join levels as ended
        on
            origins.series_number = ended.series_number
            and {{ add_days('origins.demand_date', 'origins.protection_days') }} = ended.demand_date
    left join profiles as until_end
        on
            origins.atc_class = until_end.atc_class
            and origins.region_zh = until_end.region_zh
            and {{ week_start('origins.demand_date') }} = until_end.anchor_date
            and {{ add_days('origins.demand_date', 'origins.protection_days') }} = until_end.demand_date
    left join profiles as until_origin
        on
            origins.atc_class = until_origin.atc_class
            and origins.region_zh = until_origin.region_zh
            and {{ week_start('origins.demand_date') }} = until_origin.anchor_date
            and origins.demand_date = until_origin.demand_date
    left join refills
        on
            origins.location_id = refills.location_id
            and origins.sku_id = refills.sku_id
            and origins.demand_date = refills.demand_date

),

expected as (

    select
        observed.location_id,
        observed.sku_id,
        methods.forecast_method,
        observed.demand_class,
        observed.protection_days,
        greatest(
            {{ level_of_method('methods.forecast_method', 'observed') }}
            * coalesce(observed.factor_sum, observed.protection_days)
            + observed.due_difference,
            0
        ) as level_quantity,
        observed.demand_frequency * observed.protection_days as expected_demand_days,
        observed.observed_quantity,
        observed.observed_date,
        observed.demand_date as forecast_date
    from observed
    cross join methods

),

-- What is equal but for the last digits of a double has to be equal, or its rank among the others would be chance.
final as (

    select
        location_id,
        sku_id,
        forecast_method,
        demand_class,
        protection_days,
        {{ rounded('level_quantity', 9) }} as level_quantity,
        {{ rounded('expected_demand_days', 9) }} as expected_demand_days,
        observed_quantity,
        observed_date,
        forecast_date
    from expected

)

select * from final
