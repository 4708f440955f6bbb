with forecasts as (

    select * from {{ ref('int_supply__demand_forecasts') }}

),

-- A forecast is judged on the day on which its protection time ends.
judged as (

    select
        location_id as store_id,
        {{ add_days('forecast_date', 'protection_days') }} as business_date,
        abs(quantile_50_quantity - observed_quantity) as error_quantity,
        observed_quantity
    from forecasts
    where observed_quantity is not null

),

per_store as (

    select
        business_date,
        store_id,
        {{ exact_sum('error_quantity') }} as error_quantity,
        {{ exact_sum('observed_quantity') }} as observed_quantity,
        {{ exact_sum('error_quantity * error_quantity') }} as error_squares,
        count(*) as forecast_count
    from judged
    group by business_date, store_id

),

final as (

    select
        cast('forecast_wape' as string) as kpi_code,
        cast(business_date as date) as business_date,
        cast('store' as string) as grain,
        cast('all' as string) as area,
        cast(store_id as string) as store_id,
        cast('all' as string) as channel,
        cast(error_quantity as double) as numerator,
        cast(observed_quantity as double) as denominator,
        cast(error_squares as double) as numerator_squares,
        cast(forecast_count as bigint) as observations,
        cast(false as boolean) as is_suppressed
    from per_store

)

select * from final
