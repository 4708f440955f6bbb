{{ config(**incremental_by_day('measured_on', 'stg_iot_readings__touched_days')) }}

{#- Of the night only: while nobody buys, shelf and books stand still and can be compared. Which article a shelf
    counts is left to the reader of this table, so that no day waits for the register. -#}
with copies as (

    select * from {{ ref('stg_iot_readings__copies') }}
    where
        {{ is_touched_reading(ref('stg_iot_readings__touched_span'), ref('stg_iot_readings__touched_days')) }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

ranked as (

    select
        copies.sensor_id,
        copies.measured_at,
        copies.shelf_count,
        copies.measured_on,
        row_number() over (
            partition by copies.sensor_id, copies.measured_at
            order by copies.arrival_number nulls last, copies.source_position nulls last
        ) as copy_number
    from copies
    cross join parameters
    where
        copies.sensor_kind = 'shelf_count'
        and copies.shelf_count is not null
        and copies.unknown_reference is null
        and {{ local_hour(utc_timestamp('copies.measured_at')) }} < parameters.shelf_quiet_until_hour

),

final as (

    select
        sensor_id,
        {{ utc_timestamp('measured_at') }} as measured_at,
        cast(shelf_count as bigint) as shelf_count,
        measured_on
    from ranked
    where copy_number = 1

)

select * from final
