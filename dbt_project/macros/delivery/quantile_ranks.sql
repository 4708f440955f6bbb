{#- Confidence bounds of a quantile without assuming a distribution: the order statistics of ranks np -+ z sqrt(np(1 - p)) hold
    it at 95 % (R. S. Woodruff, J. Am. Stat. Assoc. 47 (1952) 635); half their distance over z is its standard error. -#}

{#- Rank of the bound: sign is -1 for the lower, 1 for the upper one. -#}
{% macro quantile_rank(fraction, sample_size, sign) -%}
    {%- set middle = "cast(" ~ fraction ~ " as double) * " ~ sample_size -%}
    {%- set spread = score_of_95_percent() ~ " * " ~ square_root(middle ~ " * (1 - " ~ fraction ~ ")") -%}
    {%- if sign < 0 -%}
    {{ integer_floor(middle ~ " - " ~ spread) }}
    {%- else -%}
    {{ integer_ceiling(middle ~ " + " ~ spread) }}
    {%- endif -%}
{%- endmacro %}

{% macro rank_standard_error(low, high) -%}
    {{ safe_ratio(high ~ " - " ~ low, "2 * " ~ score_of_95_percent()) }}
{%- endmacro %}
