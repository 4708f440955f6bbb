{{ share_kpi(
    kpi_code='cold_chain_delivery_rate',
    facts=ref('fct_cold_chain_deliveries'),
    day_column='delivered_on',
    hit='is_unbroken_in_range',
    counted='true'
) }}
