{#- The forecast of the as-of day spread over the days ahead by the profile of class and region. -#}
with forecasts as (

    select * from {{ ref('int_supply__demand_forecasts') }}

),

profiles as (

    select * from {{ ref('int_supply__demand_profiles') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

day_offsets as (

    {{ number_spine(
        1,
        '(select greatest(cast(max(parameters.forecast_horizon_days) as integer), max(forecasts.protection_days))
            from forecasts cross join parameters)',
        'day_offset'
    ) }}

),

latest as (

    select
        forecasts.location_id,
        forecasts.sku_id,
        forecasts.protection_days,
        forecasts.expected_quantity,
        coalesce(products.atc_class, 'none') as atc_class,
        locations.region_zh,
        {{ week_start('as_of.as_of_date') }} as anchor_date,
        as_of.as_of_date
    from forecasts
    inner join as_of on forecasts.forecast_date = as_of.as_of_date
    inner join locations on forecasts.location_id = locations.location_id
    inner join products on forecasts.sku_id = products.sku_id

),

days_ahead as (

    select
        latest.location_id,
        latest.sku_id,
        latest.expected_quantity,
        day_offsets.day_offset,
        {{ add_days('latest.as_of_date', 'day_offsets.day_offset') }} as target_date,
        coalesce(profiles.day_factor, 1) as day_factor,
        {{ exact_sum(
            'case when day_offsets.day_offset <= latest.protection_days then coalesce(profiles.day_factor, 1) end',
            '(partition by latest.location_id, latest.sku_id)'
        ) }} as protection_factor
    from latest
    cross join day_offsets
    left join profiles
        on
            latest.atc_class = profiles.atc_class
            and latest.region_zh = profiles.region_zh
            and latest.anchor_date = profiles.anchor_date
            and {{ add_days('latest.as_of_date', 'day_offsets.day_offset') }} = profiles.demand_date

),

final as (

    select
        cast(days_ahead.location_id as string) as location_id,
        cast(days_ahead.sku_id as string) as sku_id,
        cast(
            {{ safe_ratio('days_ahead.expected_quantity * days_ahead.day_factor', 'days_ahead.protection_factor') }}
            as double
        ) as expected_quantity,
        cast(days_ahead.target_date as date) as target_date
    from days_ahead
    cross join parameters
    where days_ahead.day_offset <= parameters.forecast_horizon_days

)

select * from final
