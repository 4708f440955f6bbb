{#- Id of a signal: its natural key, so that it is the same whenever and in whatever order the days were loaded. -#}
{% macro signal_id(signal_kind, location_id, sku_id, signal_date) -%}
    md5({{ signal_kind }} || '|' || {{ location_id }} || '|' || {{ sku_id }} || '|' || cast({{ signal_date }} as string))
{%- endmacro %}
