{{ people_share_kpi('chronic_renewal_rate', ref('int_people__renewing_members')) }}
