{{ people_share_kpi('repurchase_rate_90d', ref('int_people__repurchasing_customers')) }}
