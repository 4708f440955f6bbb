{#- Like incremental_by_day, for models in which every day builds on the day before it: all days from the first touched
    one on are replaced. first_day_model names the model with that day (one row, column first_touched_day, null where
    the run touches none). -#}
{% macro incremental_from_day(day_column, first_day_model) %}
    {% if target.type == 'spark' %}
        {{ return(spark_incremental({'day_column': day_column, 'first_day_model': first_day_model})) }}
    {% else %}
        {{ return({
            'materialized': 'incremental',
            'incremental_strategy': 'delete+insert',
            'unique_key': day_column,
            'pre_hook': "{{ empty_days_from('" ~ day_column ~ "', ref('" ~ first_day_model ~ "')) }}",
        }) }}
    {% endif %}
{% endmacro %}

{#- Statement that empties the days from the first touched one on; nothing when the model is built from nothing. -#}
{% macro empty_days_from(day_column, first_day_model) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ day_column }} >= (select first_touched_day from {{ first_day_model }})
    {%- endif -%}
{%- endmacro %}

{#- Predicate that keeps the days this run recomputes, those that the table does not reach yet among them; everything
    when the model is built from nothing. first_day_model is the ref of the model with the first touched day; own_day_column
    names the day in the table itself where it is not called day_column there. -#}
{% macro is_day_from_first_touched(day_column, first_day_model, own_day_column=none) -%}
    {% if is_incremental() -%}
        {{ day_column }} >= least(
            (select first_touched_day from {{ first_day_model }}),
            {{ add_days('(select max(' ~ (own_day_column or day_column) ~ ') from ' ~ this ~ ')', 1) }}
        )
    {%- else -%}
        true
    {%- endif %}
{%- endmacro %}
