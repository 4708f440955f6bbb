{{ share_kpi(
    kpi_code='delivery_30min_rate',
    facts=ref('fct_deliveries'),
    day_column='paid_on',
    hit='is_within_30_minutes',
    counted='is_delivery_counted'
) }}
