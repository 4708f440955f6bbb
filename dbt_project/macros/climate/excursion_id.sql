{#- Id of an excursion: the same whenever and in whatever order the days were loaded, since its sensor and its first
    breach reading say which one it is. -#}
{% macro excursion_id(sensor_id, started_microseconds) -%}
    md5({{ sensor_id }} || '|' || cast({{ started_microseconds }} as string))
{%- endmacro %}
