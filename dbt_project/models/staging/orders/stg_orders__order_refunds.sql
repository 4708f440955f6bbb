{{ config(**incremental_by_day('placed_on', 'stg_orders__touched_days')) }}

{{ current_rows(
    versions=ref('stg_orders__versions'),
    touched_days=ref('stg_orders__touched_days'),
    record_key='order_id',
    part=source('lake', 'order_refunds'),
    columns=[
        'part.refund_id',
        utc_timestamp('part.refunded_at') ~ ' as refunded_at',
        'part.amount_yuan',
        'part.refund_reason',
    ],
    day_column='placed_on'
) }}
