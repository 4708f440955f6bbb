{{ config(**incremental_by_day('recorded_on', 'stg_staff__touched_days')) }}

{{ current_rows(
    versions=ref('stg_staff__versions'),
    touched_days=ref('stg_staff__touched_days'),
    record_key='staff_record_id',
    part=source('lake', 'staff_duties'),
    columns=[
        'current_versions.location_id',
        'part.staff_id',
        utc_timestamp('part.starts_at') ~ ' as starts_at',
        utc_timestamp('part.ends_at') ~ ' as ends_at'
    ],
    day_column='recorded_on'
) }}
