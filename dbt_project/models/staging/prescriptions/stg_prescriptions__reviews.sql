{{ config(**incremental_by_day('issued_on', 'stg_prescriptions__touched_days')) }}

{{ current_rows(
    versions=ref('stg_prescriptions__versions'),
    touched_days=ref('stg_prescriptions__touched_days'),
    record_key='prescription_id',
    part=source('lake', 'prescription_reviews'),
    columns=[
        'part.review_number',
        'part.pharmacist_id',
        utc_timestamp('part.reviewed_at') ~ ' as reviewed_at',
        'part.result as review_result',
        'part.reason as review_reason'
    ],
    day_column='issued_on'
) }}
