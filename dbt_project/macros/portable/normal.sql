{#- The normal distribution, in plain double arithmetic: neither engine has it. Arguments are column names or short
    expressions: each is written several times, so that bare functions stand here instead of the macros that make them safe
    (their arguments are always in range). -#}

{#- Density of the standard normal distribution. -#}
{% macro normal_density(score) -%}
    cast(0.3989422804014327 as double) * exp(cast(-0.5 as double) * ({{ score }}) * ({{ score }}))
{%- endmacro %}

{#- Probability that a standard normal variable is at most the score; absolute error below 7.5e-8. Source: M. Abramowitz
    and I. A. Stegun, Handbook of Mathematical Functions (1964), formula 26.2.17, for the upper half; the lower one
    mirrors it. -#}
{% macro normal_distribution(score) -%}
    {%- set t = "(cast(1 as double) / (cast(1 as double) + cast(0.2316419 as double) * abs(" ~ score ~ ")))" -%}
    (
        case when {{ score }} >= 0 then cast(1 as double) else cast(0 as double) end
        - case when {{ score }} >= 0 then cast(1 as double) else cast(-1 as double) end
        * {{ normal_density(score) }}
        * {{ t }} * (cast(0.319381530 as double)
        + {{ t }} * (cast(-0.356563782 as double)
        + {{ t }} * (cast(1.781477937 as double)
        + {{ t }} * (cast(-1.821255978 as double)
        + {{ t }} * cast(1.330274429 as double)))))
    )
{%- endmacro %}

{#- Score that a standard normal variable does not exceed with this probability; null outside (0, 1). Relative error below
    1.15e-9. Source: P. J. Acklam, An algorithm for computing the inverse normal cumulative distribution function
    (2003), rational approximations in a middle and two outer regions. -#}
{% macro normal_quantile(probability) -%}
    {%- set middle = "(cast(" ~ probability ~ " as double) - cast(0.5 as double))" -%}
    {%- set square = "(" ~ middle ~ " * " ~ middle ~ ")" -%}
    {%- set tail = "least(cast(" ~ probability ~ " as double), cast(1 as double) - cast(" ~ probability ~ " as double))" -%}
    {%- set q = "sqrt(cast(-2 as double) * ln(" ~ tail ~ "))" -%}
    (
        case
            when {{ probability }} <= 0 or {{ probability }} >= 1 then cast(null as double)
            when {{ tail }} < cast(0.02425 as double)
                then sign({{ middle }}) * -(
                    {{ horner(q, ['-7.784894002430293e-03', '-3.223964580411365e-01', '-2.400758277161838e+00', '-2.549732539343734e+00', '4.374664141464968e+00', '2.938163982698783e+00']) }}
                ) / (
                    {{ horner(q, ['7.784695709041462e-03', '3.224671290700398e-01', '2.445134137142996e+00', '3.754408661907416e+00', '1']) }}
                )
            else {{ middle }} * (
                {{ horner(square, ['-3.969683028665376e+01', '2.209460984245205e+02', '-2.759285104469687e+02', '1.383577518672690e+02', '-3.066479806614716e+01', '2.506628277459239e+00']) }}
            ) / (
                {{ horner(square, ['-5.447609879822406e+01', '1.615858368580409e+02', '-1.556989798598866e+02', '6.680131188771972e+01', '-1.328068155288572e+01', '1']) }}
            )
        end
    )
{%- endmacro %}

{#- Polynomial of an expression, highest power first, by Horner's rule; coefficients are number literals. -#}
{% macro horner(expression, coefficients) -%}
    {%- set nested = namespace(sql="cast(" ~ coefficients[0] ~ " as double)") -%}
    {%- for coefficient in coefficients[1:] -%}
        {%- set nested.sql = "(" ~ nested.sql ~ ") * (" ~ expression ~ ") + cast(" ~ coefficient ~ " as double)" -%}
    {%- endfor -%}
    {{ nested.sql }}
{%- endmacro %}

{#- Standard loss: mean of what a standard normal variable exceeds the score by. Source: E. A. Silver, D. F. Pyke and D. J.
    Thomas, Inventory and Production Management in Supply Chains, 4th edition, appendix II: G(k) = f(k) - k (1 - F(k)). -#}
{% macro standard_loss(score) -%}
    (
        {{ normal_density(score) }}
        - ({{ score }}) * (cast(1 as double) - {{ normal_distribution(score) }})
    )
{%- endmacro %}
