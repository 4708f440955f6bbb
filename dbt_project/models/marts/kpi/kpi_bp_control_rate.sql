{{ people_share_kpi(
    'bp_control_rate',
    '(select * from ' ~ ref('int_people__controlled_patients') ~ " where condition_code = 'hypertension')"
) }}
