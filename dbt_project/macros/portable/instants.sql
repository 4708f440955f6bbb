{% macro lake_instant(expression) %}
    {{- return(adapter.dispatch('lake_instant')(expression)) -}}
{% endmacro %}

{#- The warehouse's UTC timestamp back to the lake's type (with zone), for bounds that Parquet statistics can answer. -#}
{% macro duckdb__lake_instant(expression) %}({{ expression }} at time zone 'UTC'){% endmacro %}
{% macro spark__lake_instant(expression) %}cast({{ expression }} as timestamp){% endmacro %}
