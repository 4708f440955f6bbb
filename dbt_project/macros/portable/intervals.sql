{#- What held when: neither engine's own as-of join is known to the other. Close each interval with next_start in one CTE,
    then join with is_in_force. -#}

{#- Start of the interval that follows, within the same keys; null for the last, which stays open. -#}
{% macro next_start(start_column, key_columns=[]) -%}
    lead({{ start_column }}) over (
        {% if key_columns %}partition by {{ key_columns | join(', ') }} {% endif %}order by {{ start_column }} nulls last
    )
{%- endmacro %}

{#- Predicate: the moment lies in [start, end); an end that is null is open. -#}
{% macro is_in_force(moment, start_column, end_column) -%}
    ({{ moment }} >= {{ start_column }} and ({{ moment }} < {{ end_column }} or {{ end_column }} is null))
{%- endmacro %}
