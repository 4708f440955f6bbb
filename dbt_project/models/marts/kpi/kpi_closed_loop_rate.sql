{{ people_share_kpi('closed_loop_rate', ref('int_community__advised_people')) }}
