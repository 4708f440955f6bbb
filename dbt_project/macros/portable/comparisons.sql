{#- Whether two values differ, null being a value like others: true or false, never null. -#}
{% macro differs(one, other) -%}
    coalesce({{ one }} != {{ other }}, ({{ one }} is null) != ({{ other }} is null))
{%- endmacro %}
