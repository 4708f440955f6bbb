{#- Bodies of the KPI models that count people; their columns are those of the others (store_kpis.sql). They have a row
    per closed month (business_date is its last day) and place, and no count from 1 to 10: counts of a month to date nest,
    so that the difference of two days would show single people. -#}

{#- Share of people: of all persons of `facts` those with a row where is_counted holds.

    facts, person: as for suppressed_people_counts, with is_counted. -#}
{% macro people_share_kpi(kpi_code, facts, person='person_token') %}
with shown as (

    {{ suppressed_people_counts(facts, {'counted_people_count': 'is_counted'}, person) }}

)

{{ people_kpi(kpi_code, 'shown', 'counted_people_count', 'people_count') }}
{% endmacro %}

{#- Rows of a KPI from counts that are suppressed already. -#}
{% macro people_kpi(kpi_code, shown, numerator, denominator) %}
select
    cast('{{ kpi_code }}' as string) as kpi_code,
    cast(business_date as date) as business_date,
    cast(grain as string) as grain,
    cast(area as string) as area,
    cast(store_id as string) as store_id,
    cast('all' as string) as channel,
    cast({{ numerator }} as double) as numerator,
    cast({{ denominator }} as double) as denominator,
    cast(null as double) as numerator_squares,
    cast({{ denominator }} as bigint) as observations,
    cast(is_suppressed as boolean) as is_suppressed
from {{ shown }}
{% endmacro %}
