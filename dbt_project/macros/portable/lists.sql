{% macro list_length(expression) %}
    {{- return(adapter.dispatch('list_length')(expression)) -}}
{% endmacro %}

{#- Number of elements of a list; null for a null list. -#}
{% macro duckdb__list_length(expression) %}len({{ expression }}){% endmacro %}
{% macro spark__list_length(expression) %}(case when {{ expression }} is not null then size({{ expression }}) end){% endmacro %}
