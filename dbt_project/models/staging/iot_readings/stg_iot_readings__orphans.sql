{{ config(**incremental_by_day('measured_on', 'stg_iot_readings__touched_days')) }}

with copies as (

    select * from {{ ref('stg_iot_readings__copies') }}
    where
        {{ is_touched_reading(ref('stg_iot_readings__touched_span'), ref('stg_iot_readings__touched_days')) }}

),

final as (

    select
        source_file,
        file_id,
        source_position,
        arrived_on,
        sensor_id || ' ' || cast({{ utc_timestamp('measured_at') }} as string) as record_id,
        unknown_reference as rule,
        measured_on
    from copies
    where unknown_reference is not null

)

select * from final
