{#- Exponential smoothing as weighted sums over a window, so that one pass gives the level after every day.

    Unrolled, the recursion l_n = a*y_n + (1-a)*l_(n-1) with l_1 = y_1 (Brown 1959; initial level as statsforecast sets it)
    is l_n = (1-a)^n * (y_1*(1-a)^-1 + sum over i=2..n of a*(1-a)^-i * y_i). Demand is never negative, so the sum has no
    cancellation; n is bounded by the history that is read, so the powers stay far from the limits of a double. -#}

{#- Term that a value contributes to the sum. position numbers the values of a series from 1; value null is left out. -#}
{% macro smoothing_term(value, position, alpha) -%}
    ({{ value }}) * {{ power('1 - ' ~ alpha, '-(' ~ position ~ ')') }} * (case when ({{ position }}) = 1 then 1 else {{ alpha }} end)
{%- endmacro %}

{#- Level from the running sum of the terms and the position of the last value in it. -#}
{% macro smoothed_level(term_sum, position, alpha) -%}
    ({{ term_sum }}) * {{ power('1 - ' ~ alpha, position) }}
{%- endmacro %}
