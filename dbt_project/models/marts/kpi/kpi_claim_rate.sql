{{ share_kpi(
    kpi_code='claim_rate',
    facts=ref('fct_delivery_outcomes'),
    day_column='paid_on',
    hit='has_claim',
    counted='paid_on is not null'
) }}
