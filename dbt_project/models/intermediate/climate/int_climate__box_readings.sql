{{ config(**incremental_by_day('measured_on', 'stg_iot_readings__touched_days')) }}

with copies as (

    select * from {{ ref('stg_iot_readings__copies') }}
    where
        {{ is_touched_reading(ref('stg_iot_readings__touched_span'), ref('stg_iot_readings__touched_days')) }}

),

ranked as (

    select
        sensor_id,
        delivery_box_id,
        {{ epoch_microseconds('measured_at') }} as measured_microseconds,
        temperature_celsius,
        measured_on,
        row_number() over (
            partition by sensor_id, measured_at
            order by arrival_number nulls last, source_position nulls last
        ) as copy_number
    from copies
    where
        sensor_kind = 'climate'
        and delivery_box_id is not null
        and temperature_celsius is not null
        and unknown_reference is null

),

final as (

    select
        sensor_id,
        delivery_box_id,
        measured_microseconds,
        temperature_celsius,
        measured_on
    from ranked
    where copy_number = 1

)

select * from final
