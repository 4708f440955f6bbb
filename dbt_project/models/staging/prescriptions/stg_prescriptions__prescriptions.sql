{{ config(**incremental_by_day('issued_on', 'stg_prescriptions__touched_days')) }}

{{ current_rows(
    versions=ref('stg_prescriptions__versions'),
    touched_days=ref('stg_prescriptions__touched_days'),
    record_key='prescription_id',
    part=source('lake', 'prescriptions'),
    columns=[
        'part.source as prescription_source',
        'part.hospital',
        'part.member_card_token',
        'part.phone_token',
        'part.unionid_token',
        'part.openid_token',
        'part.token_key_id',
        'part.doctor_id',
        'part.doctor_licence_number',
        utc_timestamp('part.issued_at') ~ ' as issued_at',
        'part.valid_until_date',
        utc_timestamp('part.dispensed_at') ~ ' as dispensed_at',
        utc_timestamp('part.reported_at') ~ ' as reported_at',
        utc_timestamp('part.updated_at') ~ ' as updated_at'
    ],
    day_column='issued_on'
) }}
