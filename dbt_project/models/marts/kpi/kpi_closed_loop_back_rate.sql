{{ people_share_kpi('closed_loop_back_rate', ref('int_community__visiting_people')) }}
