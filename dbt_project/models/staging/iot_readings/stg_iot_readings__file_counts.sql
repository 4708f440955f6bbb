{{ config(**incremental_by_day('measured_on', 'stg_iot_readings__touched_days')) }}

{#- A reading has no versions: of equal ids the first to arrive counts, the others are repeats, none is stale. -#}
with copies as (

    select
        sensor_number,
        case when sensor_number is null then sensor_id end as unregistered_sensor_id,
        measured_at,
        arrival_number,
        source_position,
        unknown_reference is not null as is_orphan,
        measured_on
    from {{ ref('stg_iot_readings__copies') }}
    where
        {{ is_touched_reading(ref('stg_iot_readings__touched_span'), ref('stg_iot_readings__touched_days')) }}

),

-- Two windows instead of one: the short number sorts in half the time, and only sensors outside the register lack it.
registered as (

    select
        arrival_number,
        measured_on,
        measured_at,
        lag(measured_at) over (
            partition by sensor_number
            order by measured_at nulls last, arrival_number nulls last, source_position nulls last
        ) as measured_before
    from copies
    where
        not is_orphan
        and sensor_number is not null

),

unregistered as (

    select
        arrival_number,
        measured_on,
        measured_at,
        lag(measured_at) over (
            partition by unregistered_sensor_id
            order by measured_at nulls last, arrival_number nulls last, source_position nulls last
        ) as measured_before
    from copies
    where
        not is_orphan
        and sensor_number is null

),

known as (

    select * from registered
    union all
    select * from unregistered

),

counts as (

    select
        arrival_number,
        measured_on,
        count(*) filter (where measured_before is distinct from measured_at) as accepted_count,
        count(*) filter (where measured_before is not distinct from measured_at) as repeated_count,
        0 as orphan_count
    from known
    group by arrival_number, measured_on
    union all
    select
        arrival_number,
        measured_on,
        0 as accepted_count,
        0 as repeated_count,
        count(*) as orphan_count
    from copies
    where is_orphan
    group by arrival_number, measured_on

),

files as (

    select * from {{ ref('stg_iot_readings__files') }}

),

receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

final as (

    select
        files.source_file,
        receipts.file_id,
        cast(sum(counts.accepted_count) as bigint) as accepted_count,
        cast(sum(counts.repeated_count) as bigint) as repeated_count,
        cast(0 as bigint) as stale_count,
        cast(sum(counts.orphan_count) as bigint) as orphan_count,
        counts.measured_on
    from counts
    inner join files on counts.arrival_number = files.arrival_number
    inner join receipts on files.source_file = receipts.source_file
    group by files.source_file, receipts.file_id, counts.measured_on

)

select * from final
