{#- A template with its words in braces replaced. values: mapping of word to text expression; a null becomes a dash, since it
    would take the whole text with it. -#}
{% macro filled_text(template, values) -%}
    {%- set filled = namespace(sql=template) -%}
    {%- for word, expression in values.items() -%}
        {%- set filled.sql = "replace(" ~ filled.sql ~ ", '{" ~ word ~ "}', coalesce(" ~ expression ~ ", '-'))" -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}

{#- Numbers as people read them: whole packs, packs with one decimal, a share in percent. -#}
{% macro text_of_count(expression) %}cast({{ expression }} as string){% endmacro %}
{% macro text_of_quantity(expression) %}cast({{ rounded_decimal(expression, 18, 1) }} as string){% endmacro %}
{% macro text_of_percent(expression) %}cast({{ rounded_decimal('100 * (' ~ expression ~ ')', 18, 1) }} as string){% endmacro %}
