{{ people_share_kpi(
    'glucose_control_rate',
    '(select * from ' ~ ref('int_people__controlled_patients') ~ " where condition_code = 'diabetes')"
) }}
