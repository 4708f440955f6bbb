{{ nps_kpi('nps_community_service', 'community_service') }}
