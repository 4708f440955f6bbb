{{ config(**incremental_by_day('placed_on', 'stg_orders__touched_days')) }}

{{ current_rows(
    versions=ref('stg_orders__versions'),
    touched_days=ref('stg_orders__touched_days'),
    record_key='order_id',
    part=source('lake', 'order_shipments'),
    columns=[
        'part.shipment_number',
        'part.location_id',
        'part.courier_company',
        utc_timestamp('part.handed_over_at') ~ ' as handed_over_at',
        utc_timestamp('part.delivered_at') ~ ' as delivered_at',
        'part.line_numbers',
    ],
    day_column='placed_on'
) }}
