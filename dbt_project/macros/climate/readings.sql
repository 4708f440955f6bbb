{#- Predicate on rows of stg_iot_readings__copies: they lie on a day that this run computes again. The bounds on the
    instant let the engine skip whole files by their statistics; the days between them that are not touched fall to
    the second part. touched_span and touched_days are the refs of these two models (as arguments, so that dbt sees them
    where the model is built from nothing). -#}
{% macro is_touched_reading(touched_span, touched_days) -%}
    {% if is_incremental() -%}
        measured_at >= (select first_instant from {{ touched_span }})
        and measured_at < (select end_instant from {{ touched_span }})
        and measured_on in (select touched_day from {{ touched_days }})
    {%- else -%}
        true
    {%- endif %}
{%- endmacro %}
