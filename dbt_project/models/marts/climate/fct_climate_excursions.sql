{#- Built anew each time, from runs of breach per day that are few; readings are not read again. -#}
with excursions as (

    select * from {{ ref('int_climate__judged_excursions') }}

),

final as (

    select
        cast(excursion_id as string) as excursion_id,
        cast(location_id as string) as location_id,
        cast(sensor_id as string) as sensor_id,
        cast(room as string) as room,
        cast(storage_class as string) as storage_class,
        cast(range_storage_class as string) as range_storage_class,
        cast({{ from_epoch_microseconds('started_microseconds') }} as timestamp) as started_at,
        cast({{ from_epoch_microseconds('ended_microseconds') }} as timestamp) as ended_at,
        cast(started_on as date) as started_on,
        cast(
            case
                when has_temperature_breach and has_humidity_breach then 'both'
                when has_temperature_breach then 'temperature'
                else 'humidity'
            end as string
        ) as breach_kind,
        cast(peak_temperature_celsius as double) as peak_temperature_celsius,
        cast(temperature_accuracy_celsius as double) as temperature_accuracy_celsius,
        cast(peak_humidity_percent as double) as peak_humidity_percent,
        cast(humidity_accuracy_percent as double) as humidity_accuracy_percent,
        cast(is_within_accuracy as boolean) as is_within_accuracy,
        cast({{ microseconds_as_minutes('breach_microseconds') }} as double) as breach_minutes,
        cast({{ microseconds_as_minutes('unknown_microseconds') }} as double) as unknown_minutes,
        cast(mkt_24_hours_celsius as double) as mkt_24_hours_celsius,
        cast(allowance_verdict as string) as allowance_verdict
    from excursions

)

select * from final
