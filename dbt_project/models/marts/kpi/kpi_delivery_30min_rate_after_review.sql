{{ share_kpi(
    kpi_code='delivery_30min_rate_after_review',
    facts=ref('fct_deliveries'),
    day_column='paid_on',
    hit='is_within_30_minutes_after_review',
    counted='is_review_counted'
) }}
