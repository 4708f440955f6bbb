{#- Removes folders below Spark's part of the warehouse that no table of the metastore has: those of a SQL server that died
    while it made a table for the first time, or of a metastore that is no more. Spark refuses to make a table where files
    lie (LOCATION_ALREADY_EXISTS), and a later run can make all of them again. Looks at files only if a table that this
    project has is not there yet, so an ordinary day costs one look at the metastore. -#}
{% macro remove_leftover_folders() %}
    {% if not execute or target.type != 'spark' %}
        {{ return('') }}
    {% endif %}
    {% set known = run_query('show tables in ' ~ target.schema).columns['tableName'].values() | list %}
    {% set missing = [] %}
    {% for node in graph.nodes.values()
        if node.resource_type in ('model', 'seed') and node.config.materialized != 'view' and node.alias not in known %}
        {% do missing.append(node.alias) %}
    {% endfor %}
    {% if missing %}
        {% for folder in spark_table_folders() if folder not in known %}
            {% do log('Removing ' ~ folder ~ ', which belongs to no table', info=true) %}
            {% do remove_spark_folder(folder) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{#- Where Spark keeps the tables of the warehouse, one folder each. -#}
{% macro spark_warehouse_location() %}{% do return(env_var('WAREHOUSE_DATA_DIR') ~ '/warehouse/spark') %}{% endmacro %}

{#- Names of the folders there that hold files. Only paths are read, not the files. -#}
{% macro spark_table_folders() %}
    {% set location = spark_warehouse_location() %}
    {% set options = "path '" ~ location ~ "', recursiveFileLookup 'true'" %}
    {% do run_query('create or replace temporary view warehouse_files using binaryFile options (' ~ options ~ ')') %}
    {% set inside = location ~ '/' %}
    {% set folders -%}
        select distinct split_part(split_part(path, '{{ inside }}', 2), '/', 1) as folder
        from warehouse_files
    {%- endset %}
    {{ return(run_query(folders).columns['folder'].values() | list) }}
{% endmacro %}

{#- SQL has no word for removing files, but dropping a table removes what lies at its location. -#}
{% macro remove_spark_folder(folder) %}
    {% set table = target.schema ~ '.leftover_folder' %}
    {% do run_query('create table if not exists ' ~ table ~ ' (nothing int) using parquet') %}
    {% do run_query("alter table " ~ table ~ " set location '" ~ spark_warehouse_location() ~ "/" ~ folder ~ "'") %}
    {% do run_query('drop table ' ~ table) %}
{% endmacro %}
