{#- Config of a view that several models, or one of them several times, read in full: {{ config(**evaluated_once()) }}.
    DuckDB works a view into its reader in a moment. Spark plans and evaluates it anew at each place where it is read,
    and views upon views multiply; there it is a table. Not for a view that its readers narrow to the days of a run:
    as a table it would hold all of history, written again with every run. What is read from outside dbt (by the gate or
    by a model asset) must be a table too, since Spark's views are known to its metastore only. -#}
{% macro evaluated_once() %}
    {{ return({'materialized': 'table' if target.type == 'spark' else 'view'}) }}
{% endmacro %}
