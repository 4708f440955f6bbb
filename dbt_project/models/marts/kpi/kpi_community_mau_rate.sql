{{ people_share_kpi('community_mau_rate', ref('int_community__member_months'), 'external_user_token') }}
