{#- Mean kinetic temperature: the constant temperature that would degrade a product as much as the temperatures it met.
    Source: J. D. Haynes, Worldwide virtual temperatures for product stability testing, J. Pharm. Sci. 60 (1971) 927,
    equation 5; USP general chapter 1079.2:

        T = (dH / R) / -ln(mean(exp(-dH / (R T_i))))   in kelvin.

    Both macros count from 0 degrees Celsius, which cancels in the formula and keeps the terms near 1, where their digits
    are. activation_kelvin is dH / R. -#}

{#- What one temperature contributes: exp(dH/R (1/273.15 - 1/T)). -#}
{% macro kinetic_term(celsius, activation_kelvin) -%}
    exp({{ activation_kelvin }} * (cast(1 as double) / cast(273.15 as double) - cast(1 as double) / ({{ celsius }} + cast(273.15 as double))))
{%- endmacro %}

{#- Temperature in degrees Celsius whose contribution is the mean of many; null for no mean. -#}
{% macro mean_kinetic_temperature(mean_term, activation_kelvin) -%}
    cast(1 as double) / (cast(1 as double) / cast(273.15 as double) - {{ natural_log(mean_term) }} / {{ activation_kelvin }}) - cast(273.15 as double)
{%- endmacro %}
