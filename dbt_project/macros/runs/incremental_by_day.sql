{#- The one place that chooses how a model replaces the days it recomputes. Use as
    {{ config(**incremental_by_day('placed_on', 'stg_orders__touched_days')) }}; the day column is the model's last column.

    touched_days names the model with the days of this run. Replacing by day alone would leave the old rows of a day
    that has none any more (its only record moved to another day), so the days are emptied first, in the same
    transaction. Plain Parquet on Spark has neither: there get_insert_overwrite_sql drops such a day afterwards. -#}
{% macro incremental_by_day(day_column, touched_days) %}
    {% if target.type == 'spark' %}
        {{ return(spark_incremental({'day_column': day_column, 'touched_days': touched_days})) }}
    {% else %}
        {{ return({
            'materialized': 'incremental',
            'incremental_strategy': 'delete+insert',
            'unique_key': day_column,
            'pre_hook': "{{ empty_touched_days('" ~ day_column ~ "', ref('" ~ touched_days ~ "')) }}",
        }) }}
    {% endif %}
{% endmacro %}

{#- recomputed_days: mapping with day_column and either touched_days or first_day_model, as in the macros that call it. The
    hook runs nothing: it says that the model stands on the other one, which get_insert_overwrite_sql reads. -#}
{% macro spark_incremental(recomputed_days) %}
    {% set days_model = recomputed_days.touched_days or recomputed_days.first_day_model %}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'insert_overwrite',
        'partition_by': [recomputed_days.day_column],
        'meta': {'recomputed_days': recomputed_days},
        'pre_hook': "{% set days = ref('" ~ days_model ~ "') %}",
    }) }}
{% endmacro %}

{#- Statement that empties the days this run recomputes; nothing when the model is built from nothing. -#}
{% macro empty_touched_days(day_column, touched_days) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ day_column }} in (select touched_day from {{ touched_days }})
    {%- endif -%}
{%- endmacro %}

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
