{#- One row per record: the latest version wins; of equal versions the one that arrived last. The order is total, so
    the winner does not depend on the order in which files were loaded. -#}
{% macro latest_version_rank(key_columns) -%}
    row_number() over (
        partition by {{ key_columns | join(', ') }}
        order by updated_at desc, arrived_on desc, source_file desc, source_position desc
    )
{%- endmacro %}

{#- 1 for the copy of a version that arrived first; every further copy is a repeat. -#}
{% macro copy_rank(version_columns) -%}
    row_number() over (
        partition by {{ version_columns | join(', ') }}
        order by arrived_on asc, source_file asc, source_position asc
    )
{%- endmacro %}

{#- Latest version seen among the copies that arrived before this one; null for the first. An older version than this
    is stale: it arrived after a newer one. -#}
{% macro newest_version_before(key_columns) -%}
    max(updated_at) over (
        partition by {{ key_columns | join(', ') }}
        order by arrived_on asc, source_file asc, source_position asc
        rows between unbounded preceding and 1 preceding
    )
{%- endmacro %}

{% macro last_known(expression, key_columns, order_columns) %}
    {{- return(adapter.dispatch('last_known')(expression, key_columns, order_columns)) -}}
{% endmacro %}

{#- Window: the value of this row or, where that is null, of the last row before it that has one; null before the first.
    Rows are those with the same keys, in the order of order_columns. -#}
{% macro duckdb__last_known(expression, key_columns, order_columns) -%}
    last_value({{ expression }} ignore nulls) over ({{ rows_so_far(key_columns, order_columns) }})
{%- endmacro %}
{% macro spark__last_known(expression, key_columns, order_columns) -%}
    last_value({{ expression }}) ignore nulls over ({{ rows_so_far(key_columns, order_columns) }})
{%- endmacro %}

{#- What stands between the parentheses of a window that ends with the current row. -#}
{% macro rows_so_far(key_columns, order_columns) -%}
    {% if key_columns %}partition by {{ key_columns | join(', ') }} {% endif -%}
    order by {% for column in order_columns %}{{ column }} nulls last{{ ', ' if not loop.last }}{% endfor %}
    rows between unbounded preceding and current row
{%- endmacro %}
