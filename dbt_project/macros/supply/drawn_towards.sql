{#- Mean of a thin group drawn towards that of a wider one, as a double: the wider one counts as prior_count more
    observations with its mean. total and count may be null for a group without any. -#}
{% macro drawn_towards(total, count, prior, prior_count) -%}
    {{ safe_ratio(
        '(coalesce(cast(' ~ total ~ ' as double), 0) + ' ~ prior_count ~ ' * ' ~ prior ~ ')',
        '(coalesce(' ~ count ~ ', 0) + ' ~ prior_count ~ ')'
    ) }}
{%- endmacro %}
