{#- One end of the interval of a scorecard's figure, from the columns of the interval's parts.
    purpose: prefix of those columns: 'shown' or 'ranking'. side: 'lower' or 'upper'. -#}
{% macro figure_bound(purpose, side) -%}
case
    when not is_ranked then null
    when figure_code = 'repurchase_difference'
        then {{ newcombe_bound(purpose ~ '_member_rate', purpose ~ '_outsider_rate', side) }}
    else figure_value {{ '-' if side == 'lower' else '+' }} {{ purpose }}_half_width
end
{%- endmacro %}
