{{ nps_kpi('nps', 'o2o_purchase') }}
