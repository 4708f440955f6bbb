{#- The one place that chooses how a model replaces the days it recomputes. Use as
    {{ config(**incremental_by_day('placed_on')) }}; the day column is the model's last column. -#}
{% macro incremental_by_day(day_column) %}
    {% if target.type == 'spark' %}
        {{ return({
            'materialized': 'incremental',
            'incremental_strategy': 'insert_overwrite',
            'partition_by': [day_column],
            'file_format': 'parquet',
        }) }}
    {% else %}
        {{ return({
            'materialized': 'incremental',
            'incremental_strategy': 'delete+insert',
            'unique_key': day_column,
        }) }}
    {% endif %}
{% endmacro %}

{#- Predicate that keeps the days this run recomputes; everything when the model is built from nothing.
    touched_days is the ref of a model with one row per touched day in column touched_day. -#}
{% macro is_touched_day(day_column, touched_days) -%}
    {% if is_incremental() -%}
        {{ day_column }} in (select touched_day from {{ touched_days }})
    {%- else -%}
        true
    {%- endif %}
{%- endmacro %}

{#- Predicate on lake rows: they came in a file that this run takes up. -#}
{% macro arrived_in_run() -%}
    source_file in (select source_file from {{ ref('stg_ingest__pending_files') }})
{%- endmacro %}
