-- Segments that read health data need that consent beside the one to profiling.
select person_segments.*
from {{ ref('fct_person_segments') }} as person_segments
where
    person_segments.is_health_data
    and not coalesce({{ has_consent('person_segments.person_token', ['profiling', 'health_data']) }}, false)
