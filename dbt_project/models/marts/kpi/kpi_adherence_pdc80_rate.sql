{{ people_share_kpi('adherence_pdc80_rate', ref('int_people__adherent_patients')) }}
