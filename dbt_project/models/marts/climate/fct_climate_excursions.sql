{#- Built anew each time, from runs of breach per day that are few; readings are not read again. -#}
with excursions as (

    select * from {{ ref('int_climate__excursions') }}

),

sensors as (

    select * from {{ ref('int_climate__sensors') }}

),

final as (

    select
        cast({{ excursion_id('excursions.sensor_id', 'excursions.started_microseconds') }} as string) as excursion_id,
        cast(sensors.location_id as string) as location_id,
        cast(excursions.sensor_id as string) as sensor_id,
        cast(sensors.room as string) as room,
        cast(sensors.storage_class as string) as storage_class,
        cast({{ from_epoch_microseconds('excursions.started_microseconds') }} as timestamp) as started_at,
        cast({{ from_epoch_microseconds('excursions.ended_microseconds') }} as timestamp) as ended_at,
        cast(excursions.started_on as date) as started_on,
        cast(
            case
                when excursions.has_temperature_breach and excursions.has_humidity_breach then 'both'
                when excursions.has_temperature_breach then 'temperature'
                else 'humidity'
            end as string
        ) as breach_kind,
        cast(excursions.peak_temperature_celsius as double) as peak_temperature_celsius,
        cast(excursions.peak_humidity_percent as double) as peak_humidity_percent,
        cast({{ microseconds_as_minutes('excursions.breach_microseconds') }} as double) as breach_minutes,
        cast({{ microseconds_as_minutes('excursions.unknown_microseconds') }} as double) as unknown_minutes
    from excursions
    inner join sensors on excursions.sensor_id = sensors.sensor_id

)

select * from final
