{#- Takes the place of dbt-spark's macro of this name. An overwrite replaces the partitions that the new rows lie in; a day
    that has no rows any more (its only record moved to another day) would keep its old ones. Such a day is known by its
    files: of the days that the run recomputed (meta.recomputed_days, see incremental_by_day) it alone still has the
    files it had before. It is dropped afterwards, so that a run that is cut off in between loses nothing. -#}
{% macro get_insert_overwrite_sql(source_relation, target_relation, existing_relation) %}
    {% set columns = adapter.get_columns_in_relation(target_relation) | map(attribute='quoted') | join(', ') %}
    {% set overwrite -%}
        insert overwrite table {{ target_relation }} {{ partition_cols(label='partition') }}
        select {{ columns }} from {{ source_relation }}
    {%- endset %}
    {% set days = config.get('meta', {}).get('recomputed_days') %}
    {% if not days %}
        {{ return(overwrite) }}
    {% endif %}
    {% set files_before = spark_day_files(target_relation, days) %}
    {% do run_query(overwrite) %}
    {% set files_after = spark_day_files(target_relation, days) %}
    {% set emptied_days = [] %}
    {% for day, file_name in files_before.items() if files_after.get(day) == file_name %}
        {% do emptied_days.append("partition (" ~ days.day_column ~ " = date '" ~ day ~ "')") %}
    {% endfor %}
    {% if emptied_days %}
        {{ return('alter table ' ~ target_relation ~ ' drop if exists ' ~ emptied_days | join(', ')) }}
    {% endif %}
    {{ return('select ' ~ files_after | length ~ ' as recomputed_day_count') }}
{% endmacro %}

{#- One file name (a new one with every write) for each recomputed day that the table has: mapping of day to name. -#}
{% macro spark_day_files(relation, days) %}
    {% set query -%}
        select cast({{ days.day_column }} as string) as day, max(_metadata.file_name) as file_name
        from {{ relation }}
        where
            {% if days.touched_days is defined -%}
                {{ days.day_column }} in (select touched_day from {{ ref(days.touched_days) }})
            {%- else -%}
                {{ days.day_column }} >= (select first_touched_day from {{ ref(days.first_day_model) }})
            {%- endif %}
        group by {{ days.day_column }}
    {%- endset %}
    {% set files = {} %}
    {% for row in run_query(query).rows %}
        {% do files.update({row['day'] | string: row['file_name']}) %}
    {% endfor %}
    {{ return(files) }}
{% endmacro %}
