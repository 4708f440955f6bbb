with drift_runs as (

    select * from {{ ref('int_climate__drift_runs') }}

),

stuck_runs as (

    select * from {{ ref('int_climate__stuck_runs') }}

),

coverage_runs as (

    select * from {{ ref('int_climate__coverage_runs') }}

),

findings as (

    select
        'drift' as finding_kind,
        location_id,
        room,
        storage_class,
        sensor_id,
        first_found_on,
        last_found_on,
        day_count,
        peak_deviation_celsius,
        cast(null as bigint) as point_count
    from drift_runs
    union all
    select
        'stuck' as finding_kind,
        location_id,
        room,
        storage_class,
        sensor_id,
        first_found_on,
        last_found_on,
        day_count,
        cast(null as double) as peak_deviation_celsius,
        cast(null as bigint) as point_count
    from stuck_runs
    union all
    select
        finding_kind,
        location_id,
        room,
        storage_class,
        cast(null as string) as sensor_id,
        first_found_on,
        last_found_on,
        day_count,
        cast(null as double) as peak_deviation_celsius,
        point_count
    from coverage_runs

),

final as (

    select
        cast(finding_kind as string) as finding_kind,
        cast(location_id as string) as location_id,
        cast(room as string) as room,
        cast(storage_class as string) as storage_class,
        cast(sensor_id as string) as sensor_id,
        cast(first_found_on as date) as first_found_on,
        cast(last_found_on as date) as last_found_on,
        cast(day_count as bigint) as day_count,
        cast(peak_deviation_celsius as double) as peak_deviation_celsius,
        cast(point_count as bigint) as point_count
    from findings

)

select * from final
