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

{#- Whole number not above, and not below, as bigint; bare floor() and ceil() give a double on DuckDB and a bigint on Spark. -#}
{% macro integer_floor(expression) %}cast(floor({{ expression }}) as bigint){% endmacro %}
{% macro integer_ceiling(expression) %}cast(ceil({{ expression }}) as bigint){% endmacro %}

{#- Double rounded, halves away from zero, as a decimal with that many digits after the point. -#}
{% macro rounded_decimal(expression, precision, scale) %}cast({{ rounded(expression, scale) }} as decimal({{ precision }}, {{ scale }})){% endmacro %}

{#- The following take any number and give a double. Where there is no real, finite result they give null: of a logarithm
    of zero one engine makes minus infinity and the other null, of the root of -1 a value that is not a number, and such a
    value spoils every sum it comes into. The engines' libraries may differ in the last digit of a double. -#}
{% macro power(base, exponent) -%}
    {{ finite("power(cast(" ~ base ~ " as double), cast(" ~ exponent ~ " as double))") }}
{%- endmacro %}

{% macro exponential(expression) -%}
    {{ finite("exp(cast(" ~ expression ~ " as double))") }}
{%- endmacro %}

{% macro natural_log(expression) -%}
    {{ finite("ln(cast(" ~ expression ~ " as double))") }}
{%- endmacro %}

{% macro square_root(expression) -%}
    {{ finite("sqrt(cast(" ~ expression ~ " as double))") }}
{%- endmacro %}

{#- Double, or null where it is infinite or not a number. -#}
{% macro finite(expression) -%}
    nullif(nullif(nullif({{ expression }}, cast('infinity' as double)), cast('-infinity' as double)), cast('nan' as double))
{%- endmacro %}

{#- Aggregate: the quantile of a group's numbers as a double, interpolated between neighbours; nulls are left out. May be
    followed by filter (where ...). fraction is a literal from 0 to 1. -#}
{% macro quantile(expression, fraction) -%}
    percentile_cont({{ fraction }}) within group (order by cast({{ expression }} as double))
{%- endmacro %}

{#- Aggregate, or with over (...) a window: sum of doubles as a double that does not depend on the order of the rows, to the
    last digit. Added as decimals of twelve digits, which is exact; doubles round on the way. -#}
{% macro exact_sum(expression, window=none) -%}
    cast(sum(cast({{ expression }} as decimal(38, 12))){% if window %} over {{ window }}{% endif %} as double)
{%- endmacro %}
