{{ config(**incremental_by_day('placed_on', 'stg_orders__touched_days')) }}

{{ current_rows(
    versions=ref('stg_orders__versions'),
    touched_days=ref('stg_orders__touched_days'),
    record_key='order_id',
    part=source('lake', 'order_payments'),
    columns=[
        'part.payment_number',
        'part.payment_method',
        'part.amount_yuan',
    ],
    day_column='placed_on'
) }}
