{#- Rows of several KPI models under each other; their columns are the same by contract. -#}
{% macro union_kpis(kpi_codes) %}
    {% for kpi_code in kpi_codes %}
    select
        kpi_code,
        business_date,
        grain,
        area,
        store_id,
        channel,
        numerator,
        denominator,
        numerator_squares,
        observations,
        is_suppressed
    from {{ ref('kpi_' ~ kpi_code) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
{% endmacro %}
