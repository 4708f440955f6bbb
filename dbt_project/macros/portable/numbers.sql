{#- Ratio as a double; null, never 0, where the denominator is 0 or null. -#}
{% macro safe_ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{#- Double rounded to a number of digits, halves away from zero. The engines' own round() and casts to decimals treat a
    double next to a half each in their way; this is plain double arithmetic, the same everywhere. -#}
{% macro rounded(expression, digits=0) -%}
    sign({{ expression }}) * floor(abs({{ expression }}) * {{ '1' ~ '0' * digits }} + cast(0.5 as double)) / cast({{ '1' ~ '0' * digits }} as double)
{%- endmacro %}

{#- Double to the nearest whole number as bigint; a bare cast rounds on DuckDB and cuts off on Spark. -#}
{% macro rounded_integer(expression) %}cast({{ rounded(expression) }} as bigint){% endmacro %}
