{{ people_kpi('consent_coverage_rate', ref('int_people__consent_coverage'), 'care_count', 'people_count') }}
