{{ share_kpi(
    kpi_code='delivery_promise_rate',
    facts=ref('fct_deliveries'),
    day_column='paid_on',
    hit='is_on_promise',
    counted='is_delivery_counted'
) }}
