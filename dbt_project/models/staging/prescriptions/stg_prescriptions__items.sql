{{ config(**incremental_by_day('issued_on', 'stg_prescriptions__touched_days')) }}

{{ current_rows(
    versions=ref('stg_prescriptions__versions'),
    touched_days=ref('stg_prescriptions__touched_days'),
    record_key='prescription_id',
    part=source('lake', 'prescription_items'),
    columns=[
        'part.item_number',
        'part.sku_id',
        'part.quantity'
    ],
    day_column='issued_on'
) }}
