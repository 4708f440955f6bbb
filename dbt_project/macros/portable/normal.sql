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
    {%- set t = "cast(1 as double) / (1 + cast(0.2316419 as double) * abs(" ~ score ~ "))" -%}
    case when {{ score }} >= 0 then 1 else 0 end
    - case when {{ score }} >= 0 then 1 else -1 end
    * {{ normal_density(score) }}
    * ({{ polynomial(t, ['0', '0.319381530', '-0.356563782', '1.781477937', '-1.821255978', '1.330274429']) }})
{%- endmacro %}

{#- Score that a standard normal variable does not exceed with this probability; null outside (0, 1). Relative error below
    1.15e-9. Source: P. J. Acklam, An algorithm for computing the inverse normal cumulative distribution function
    (2003), rational approximations in a middle and two outer regions. -#}
{% macro normal_quantile(probability) -%}
    {%- set middle = "(" ~ probability ~ " - cast(0.5 as double))" -%}
    {%- set square = middle ~ " * " ~ middle -%}
    {%- set q = "sqrt(cast(-2 as double) * ln(least(" ~ probability ~ ", cast(1 as double) - " ~ probability ~ ")))" -%}
    case
        when {{ probability }} <= 0 or {{ probability }} >= 1 then cast(null as double)
        when abs({{ middle }}) > cast(0.47575 as double)
            then sign({{ middle }}) * cast(-1 as double)
            * ({{ polynomial(q, [
                '2.938163982698783', '4.374664141464968', '-2.549732539343734', '-2.400758277161838',
                '-0.3223964580411365', '-0.007784894002430293'
            ]) }})
            / ({{ polynomial(q, [
                '1', '3.754408661907416', '2.445134137142996', '0.3224671290700398', '0.007784695709041462'
            ]) }})
        else {{ middle }}
            * ({{ polynomial(square, [
                '2.506628277459239', '-30.66479806614716', '138.3577518672690', '-275.9285104469687',
                '220.9460984245205', '-39.69683028665376'
            ]) }})
            / ({{ polynomial(square, [
                '1', '-13.28068155288572', '66.80131188771972', '-155.6989798598866', '161.5858368580409',
                '-54.47609879822406'
            ]) }})
    end
{%- endmacro %}

{#- Score that the absolute value of a standard normal variable does not exceed with 95 %. -#}
{% macro score_of_95_percent() %}cast(1.959964 as double){% endmacro %}

{#- Value that a variable of Student's distribution does not exceed with the probability whose normal quantile is score.
    The remainder is of the order of freedom^-5: below 2e-4 of the value from 10 degrees of freedom on, at 97.5 %. Null without
    a degree of freedom. Source: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), formula 26.7.5. -#}
{% macro student_quantile(score, freedom) -%}
    {%- set v = "cast(nullif(greatest(" ~ freedom ~ ", 0), 0) as double)" -%}
    {{ score }}
    + ({{ polynomial(score, ['0', '1', '0', '1']) }}) / (4 * {{ v }})
    + ({{ polynomial(score, ['0', '3', '0', '16', '0', '5']) }}) / (96 * {{ v }} * {{ v }})
    + ({{ polynomial(score, ['0', '-15', '0', '17', '0', '19', '0', '3']) }}) / (384 * {{ v }} * {{ v }} * {{ v }})
    + ({{ polynomial(score, ['0', '-945', '0', '-1920', '0', '1482', '0', '776', '0', '79']) }})
    / (92160 * {{ v }} * {{ v }} * {{ v }} * {{ v }})
{%- endmacro %}

{#- Polynomial of an expression, lowest power first; coefficients are number literals. Written flat, as linters take long
    over nested parentheses. -#}
{% macro polynomial(expression, coefficients) -%}
    cast({{ coefficients[0] }} as double)
    {%- for coefficient in coefficients[1:] %}
    + cast({{ coefficient }} as double) * power({{ expression }}, {{ loop.index }})
    {%- endfor -%}
{%- endmacro %}

{#- Standard loss: mean of what a standard normal variable exceeds the score by. Source: E. A. Silver, D. F. Pyke and D. J.
    Thomas, Inventory and Production Management in Supply Chains, 4th edition, appendix II: G(k) = f(k) - k (1 - F(k)). -#}
{% macro standard_loss(score) -%}
    {{ normal_density(score) }} - ({{ score }}) * (1 - ({{ normal_distribution(score) }}))
{%- endmacro %}
