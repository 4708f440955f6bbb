with forecasts as (

    select * from {{ ref('int_supply__demand_forecasts') }}

),

final as (

    select
        cast(location_id as string) as location_id,
        cast(sku_id as string) as sku_id,
        cast(demand_class as string) as demand_class,
        cast(forecast_method as string) as forecast_method,
        cast(protection_days as integer) as protection_days,
        cast(expected_daily_quantity as double) as expected_daily_quantity,
        cast(expected_quantity as double) as expected_quantity,
        cast(demand_sd_quantity as double) as demand_sd_quantity,
        cast(quantile_50_quantity as double) as quantile_50_quantity,
        cast(quantile_80_quantity as double) as quantile_80_quantity,
        cast(quantile_90_quantity as double) as quantile_90_quantity,
        cast(quantile_95_quantity as double) as quantile_95_quantity,
        cast(quantile_975_quantity as double) as quantile_975_quantity,
        cast(observed_quantity as double) as observed_quantity,
        cast(forecast_date as date) as forecast_date
    from forecasts

)

select * from final
