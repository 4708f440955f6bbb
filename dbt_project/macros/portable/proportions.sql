{#- Intervals of shares, in plain double arithmetic. Arguments are column names: each is written several times. -#}

{#- Bound of the score interval of a share: hits of trials, z the normal quantile of the confidence, side `lower` or
    `upper`. Null without trials. Source: E. B. Wilson, Probable inference, the law of succession, and statistical
    inference, Journal of the American Statistical Association 22 (1927), 209-212. -#}
{% macro wilson_bound(hits, trials, z, side) -%}
    (
        cast(2 as double) * {{ hits }} + {{ z }} * {{ z }}
        {{ '-' if side == 'lower' else '+' }} {{ z }} * sqrt(
            {{ z }} * {{ z }}
            + cast(4 as double) * {{ hits }} * (cast({{ trials }} as double) - {{ hits }})
            / nullif(cast({{ trials }} as double), 0)
        )
    )
    / (cast(2 as double) * (nullif(cast({{ trials }} as double), 0) + {{ z }} * {{ z }}))
{%- endmacro %}

{#- Bound of the hybrid score interval of the difference of two independent shares, first less second. Each is named by
    its column, beside which <column>_lower and <column>_upper are its Wilson bounds. Source: R. G. Newcombe, Interval
    estimation for the difference between independent proportions, Statistics in Medicine 17 (1998), 873-890, method 10. -#}
{% macro newcombe_bound(share, other_share, side) -%}
    {%- set near, far = ('lower', 'upper') if side == 'lower' else ('upper', 'lower') -%}
    {{ share }} - {{ other_share }} {{ '-' if side == 'lower' else '+' }} sqrt(
        ({{ share }} - {{ share }}_{{ near }}) * ({{ share }} - {{ share }}_{{ near }})
        + ({{ other_share }}_{{ far }} - {{ other_share }}) * ({{ other_share }}_{{ far }} - {{ other_share }})
    )
{%- endmacro %}
