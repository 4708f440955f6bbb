{% macro list_length(expression) %}
    {{- return(adapter.dispatch('list_length')(expression)) -}}
{% endmacro %}

{#- Number of elements of a list; null for a null list. -#}
{% macro duckdb__list_length(expression) %}len({{ expression }}){% endmacro %}
{% macro spark__list_length(expression) %}(case when {{ expression }} is not null then size({{ expression }}) end){% endmacro %}

{% macro list_has(expression, item) %}
    {{- return(adapter.dispatch('list_has')(expression, item)) -}}
{% endmacro %}

{#- Whether a list holds an item: false, never null, for a null or empty list and for a null item. -#}
{% macro duckdb__list_has(expression, item) %}coalesce(list_contains({{ expression }}, {{ item }}), false){% endmacro %}
{% macro spark__list_has(expression, item) %}coalesce(array_contains({{ expression }}, {{ item }}), false){% endmacro %}

{% macro list_items(expression) %}
    {{- return(adapter.dispatch('list_items')(expression)) -}}
{% endmacro %}

{#- In a select list: one row per element of the list, in no order; a null or empty list gives no row. -#}
{% macro duckdb__list_items(expression) %}unnest({{ expression }}){% endmacro %}
{% macro spark__list_items(expression) %}explode({{ expression }}){% endmacro %}

{% macro joined_text(expression, separator, order_by) %}
    {{- return(adapter.dispatch('joined_text')(expression, separator, order_by)) -}}
{% endmacro %}

{#- Aggregate: the texts of a group in one, in the order of order_by; nulls are left out, a group of nulls gives null. -#}
{% macro duckdb__joined_text(expression, separator, order_by) %}string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }} nulls last){% endmacro %}
{% macro spark__joined_text(expression, separator, order_by) %}listagg({{ expression }}, '{{ separator }}') within group (order by {{ order_by }} nulls last){% endmacro %}

{% macro list_text(expression, separator) %}
    {{- return(adapter.dispatch('list_text')(expression, separator)) -}}
{% endmacro %}

{#- The texts of a list in one, in the order of the list; an empty list gives an empty text, a null list null. -#}
{% macro duckdb__list_text(expression, separator) %}array_to_string({{ expression }}, '{{ separator }}'){% endmacro %}
{% macro spark__list_text(expression, separator) %}array_join({{ expression }}, '{{ separator }}'){% endmacro %}
