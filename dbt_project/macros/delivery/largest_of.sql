{#- Name of the largest of several minutes, the first one named of equal ones; null where none is above 0.
    named: list of (name, expression). -#}
{% macro largest_of(named) -%}
    {%- set largest = 'greatest(' ~ (named | map(attribute=1) | join(', ')) ~ ')' -%}
    case
        when {{ largest }} <= 0 then null
        {% for name, expression in named -%}
        when {{ expression }} = {{ largest }} then '{{ name }}'
        {% endfor -%}
    end
{%- endmacro %}
