{{ quotient_kpi(
    kpi_code='gross_margin_rate',
    facts=ref('fct_orders'),
    day_column='paid_on',
    amount='(net_sales_yuan - cost_yuan)',
    base='net_sales_yuan',
    counted='is_completed and paid_on is not null'
) }}
