{{ config(**incremental_by_day('placed_on', 'stg_orders__touched_days')) }}

{{ current_rows(
    versions=ref('stg_orders__versions'),
    touched_days=ref('stg_orders__touched_days'),
    record_key='order_id',
    part=source('lake', 'order_refund_lines'),
    columns=[
        'part.refund_id',
        'part.line_number',
        'part.refunded_quantity',
    ],
    day_column='placed_on'
) }}
