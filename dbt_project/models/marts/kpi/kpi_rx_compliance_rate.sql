{{ share_kpi(
    kpi_code='rx_compliance_rate',
    facts=ref('fct_prescription_audits'),
    day_column='dispensed_on',
    hit='is_compliant',
    counted='true'
) }}
