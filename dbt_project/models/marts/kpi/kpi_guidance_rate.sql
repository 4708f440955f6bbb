{{ share_kpi(
    kpi_code='guidance_rate',
    facts=ref('fct_order_guidance'),
    day_column='delivered_on',
    hit='is_guided_in_time',
    counted='true'
) }}
