{#- Makes the Parquet that ingest and model assets wrote readable as source tables. Runs before every dbt run; DuckDB needs nothing,
    because its sources are file patterns (`external_location` in models/staging/_sources.yml). -#}
{% macro register_lake() %}
    {% if execute and target.type == 'spark' %}
        {% set data_root = env_var('WAREHOUSE_DATA_DIR') %}
        {% for schema in graph.sources.values() | map(attribute='schema') | unique %}
            {% do run_query('create schema if not exists ' ~ schema) %}
        {% endfor %}
        {% for source in graph.sources.values() %}
            {% set table = source.schema ~ '.' ~ source.identifier %}
            {% set location = data_root ~ '/' ~ source.schema ~ '/' ~ source.identifier %}
            {% if source.source_name in ['model_assets', 'identity'] %}
                {% do run_query('drop table if exists ' ~ table) %}
                {#- One file that is there from the start: it says its columns itself. -#}
                {% do run_query("create table " ~ table ~ " using parquet location '" ~ location ~ "'") %}
            {% else %}
                {% do register_lake_table(table, location) %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{#- Declares one table over its folder, with the columns of the zero-row file that ingest keeps in every folder; declared
    anew each time, so that a column added there and a folder of a new arrival day are both seen. Only the declaration is
    dropped: the files belong to ingest. -#}
{% macro register_lake_table(table, location) %}
    {% set columns = run_query('describe query select * from parquet.`' ~ location ~ '/arrived_on=1970-01-01/schema.parquet`') %}
    {% do run_query('drop table if exists ' ~ table) %}
    {% set create_table -%}
        create table {{ table }} (
            {% for column in columns.rows -%}
                `{{ column['col_name'] }}` {{ column['data_type'] }},
            {% endfor -%}
            arrived_on date
        )
        using parquet
        partitioned by (arrived_on)
        location '{{ location }}'
    {%- endset %}
    {% do run_query(create_table) %}
    {% do run_query('alter table ' ~ table ~ ' recover partitions') %}
{% endmacro %}
