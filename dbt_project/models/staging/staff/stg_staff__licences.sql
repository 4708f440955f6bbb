{{ config(**incremental_by_day('recorded_on', 'stg_staff__touched_days')) }}

{{ current_rows(
    versions=ref('stg_staff__versions'),
    touched_days=ref('stg_staff__touched_days'),
    record_key='staff_record_id',
    part=source('lake', 'staff_licences'),
    columns=[
        'current_versions.staff_id',
        'current_versions.staff_role',
        'part.licence_number',
        'part.valid_from_date',
        'part.valid_until_date',
        'part.prescription_classes',
        'part.atc_prefixes'
    ],
    day_column='recorded_on'
) }}
