{{ mean_kpi(
    kpi_code='average_order_yuan',
    facts=ref('fct_orders'),
    day_column='paid_on',
    amount='net_sales_yuan',
    counted='is_completed and paid_on is not null'
) }}
