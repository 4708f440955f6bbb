{{ people_share_kpi('value_added_uptake_rate', ref('int_people__offered_members')) }}
