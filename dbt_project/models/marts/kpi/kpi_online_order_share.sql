{{ share_kpi(
    kpi_code='online_order_share',
    facts=ref('fct_orders'),
    day_column='placed_on',
    hit='is_online',
    counted='is_completed'
) }}
