{#- Exponential smoothing as weighted sums over a window, so that one pass gives the level after every day.

    Unrolled, the recursion l_n = a*y_n + (1-a)*l_(n-1) with l_1 = y_1 (Brown 1959, Statistical Forecasting for Inventory
    Control) is l_n = (1-a)^n * (y_1*(1-a)^-1 + sum over i=2..n of a*(1-a)^-i * y_i). Demand is never negative, so the sum has
    no cancellation, and n is bounded by the history that is read, so the powers stay far from the limits of a double.
    Positions count the values of a series from 1; a null value is no term. -#}

{#- Weight of the value at a position in the running sum. -#}
{% macro smoothing_weight(position, alpha) -%}
    ({{ power('1 - ' ~ alpha, '-(' ~ position ~ ')') }} * (case when {{ position }} = 1 then 1 else {{ alpha }} end))
{%- endmacro %}

{#- Level from the running sum of weight times value and the position of the last value in it. -#}
{% macro smoothed_level(weighted_sum, position, alpha) -%}
    ({{ weighted_sum }} * {{ power('1 - ' ~ alpha, position) }})
{%- endmacro %}

{#- Running sum of weight times the intervals between demands, up to the last demand, without looking back for the demand
    before: every open day belongs to the interval that the next demand ends and carries that demand's weight; the days
    since the last demand are taken off again. -#}
{% macro closed_interval_sum(weighted_day_sum, day_number, last_demand_day_number, demand_count, alpha) -%}
    (
        {{ weighted_day_sum }}
        - ({{ day_number }} - {{ last_demand_day_number }}) * {{ smoothing_weight('(' ~ demand_count ~ ' + 1)', alpha) }}
    )
{%- endmacro %}

{#- Croston's forecast with the correction of Syntetos and Boylan (2005, Int. J. Forecasting 21(2), equation 8): size over
    interval, times 1 - alpha/2. Both levels are smoothed over demands, so the power of the last position cancels. -#}
{% macro croston_sba(weighted_size_sum, weighted_interval_sum, alpha) -%}
    ((1 - cast(0.5 as double) * {{ alpha }}) * {{ safe_ratio(weighted_size_sum, weighted_interval_sum) }})
{%- endmacro %}
