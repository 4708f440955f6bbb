{{ share_kpi(
    kpi_code='perfect_order_rate',
    facts=ref('fct_delivery_outcomes'),
    day_column='paid_on',
    hit='is_perfect',
    counted='is_completed and paid_on is not null'
) }}
