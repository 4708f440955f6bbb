{{ config(**incremental_by_day('business_date', 'int_climate__touched_days')) }}

with day_states as (

    select * from {{ ref('int_climate__day_states') }}
    {% if is_incremental() %}
    -- Days never computed are those by which the chain's data has grown at either end.
    where
        {{ is_touched_day('business_date', ref('int_climate__touched_days')) }}
        or business_date < (select min(business_date) from {{ this }})
        or business_date > (select max(business_date) from {{ this }})
    {% endif %}

),

final as (

    select
        cast(location_id as string) as location_id,
        cast(sensor_id as string) as sensor_id,
        cast(room as string) as room,
        cast(storage_class as string) as storage_class,
        cast(range_storage_class as string) as range_storage_class,
        cast({{ microseconds_as_minutes('due_microseconds') }} as double) as due_minutes,
        cast({{ microseconds_as_minutes('in_range_microseconds') }} as double) as in_range_minutes,
        cast({{ microseconds_as_minutes('breach_microseconds') }} as double) as breach_minutes,
        cast({{ microseconds_as_minutes('unknown_microseconds') }} as double) as unknown_minutes,
        cast(reading_count as bigint) as reading_count,
        cast(temperature_mean_celsius as double) as temperature_mean_celsius,
        cast(temperature_min_celsius as double) as temperature_min_celsius,
        cast(temperature_max_celsius as double) as temperature_max_celsius,
        cast(humidity_mean_percent as double) as humidity_mean_percent,
        cast(humidity_min_percent as double) as humidity_min_percent,
        cast(humidity_max_percent as double) as humidity_max_percent,
        cast(business_date as date) as business_date
    from day_states

)

select * from final
