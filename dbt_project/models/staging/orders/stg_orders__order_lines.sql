{{ config(**incremental_by_day('placed_on', 'stg_orders__touched_days')) }}

{{ current_rows(
    versions=ref('stg_orders__versions'),
    touched_days=ref('stg_orders__touched_days'),
    record_key='order_id',
    part=source('lake', 'order_lines'),
    columns=[
        'part.line_number',
        'part.sku_id',
        'part.quantity',
        'part.unit_price_yuan',
        'part.discount_yuan',
        'part.unit_cost_yuan',
        'part.lot_id',
        'part.trace_codes',
        'part.prescription_id',
        'part.substituted_for_sku_id',
    ],
    day_column='placed_on'
) }}
