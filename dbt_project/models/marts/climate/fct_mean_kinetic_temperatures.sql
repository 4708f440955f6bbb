{{ config(**incremental_by_day('business_date', 'int_climate__kinetic_touched_days')) }}

with kinetic_windows as (

    select * from {{ ref('int_climate__kinetic_windows') }}
    {% if is_incremental() %}
    -- Days never computed are those by which the chain's data has grown at either end.
    where
        {{ is_touched_day('business_date', ref('int_climate__kinetic_touched_days')) }}
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
        cast(day_mkt_celsius as double) as mkt_24_hours_celsius,
        cast({{ microseconds_as_minutes('day_microseconds') }} as double) as mkt_24_hours_minutes,
        cast(window_mkt_celsius as double) as mkt_30_days_celsius,
        cast({{ microseconds_as_minutes('window_microseconds') }} as double) as mkt_30_days_minutes,
        cast(mkt_maximum_celsius as double) as mkt_maximum_celsius,
        cast(is_mkt_within_limit as boolean) as is_mkt_within_limit,
        cast(is_within_allowed_excursion as boolean) as is_within_allowed_excursion,
        cast(business_date as date) as business_date
    from kinetic_windows

)

select * from final
