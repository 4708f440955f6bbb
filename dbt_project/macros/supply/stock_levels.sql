{#- Stock levels and what running out costs. Demand and its quantiles are those of the protection time (lead time plus
    review time), in packs; days are days. -#}

{#- Safety stock against the variances of both demand and lead time: z sqrt((L + R) sigma_d^2 + d^2 sigma_L^2), where
    demand_variance is (L + R) sigma_d^2, the variance of the demand over the protection time. Source: E. A. Silver, D. F. Pyke
    and D. J. Thomas, Inventory and Production Management in Supply Chains, 4th edition, section 6.10, equation 6.61 with
    the review time added. -#}
{% macro safety_stock(score, demand_variance, daily_quantity, lead_time_sd_days) -%}
    {{ score }} * {{ square_root(protected_variance(demand_variance, daily_quantity, lead_time_sd_days)) }}
{%- endmacro %}

{#- Variance of the demand over a protection time that is itself uncertain. -#}
{% macro protected_variance(demand_variance, daily_quantity, lead_time_sd_days) -%}
    ({{ demand_variance }} + {{ daily_quantity }} * {{ daily_quantity }} * {{ lead_time_sd_days }} * {{ lead_time_sd_days }})
{%- endmacro %}

{#- Quantile of the demand over an uncertain protection time, from that over a fixed one: what it lies above the mean takes
    the place of z sqrt(variance) in safety_stock, so that a skewed forecast stays skewed. Equal to mean + safety_stock for
    normal demand, never below the quantile put in. -#}
{% macro protected_quantile(quantile, score, expected_quantity, daily_quantity, lead_time_sd_days) -%}
    {%- set above = "greatest(" ~ quantile ~ " - " ~ expected_quantity ~ ", 0)" -%}
    {%- set wait = "(" ~ score ~ " * " ~ daily_quantity ~ " * " ~ lead_time_sd_days ~ ")" -%}
    greatest(
        {{ quantile }},
        {{ expected_quantity }} + {{ square_root(above ~ " * " ~ above ~ " + " ~ wait ~ " * " ~ wait) }}
    )
{%- endmacro %}

{#- The steps of a forecast's distribution: [column, its normal score in int_supply__forecast_scores], lowest first. -#}
{% macro forecast_steps() %}
    {{ return([
        ['quantile_50_quantity', 'score_50'],
        ['quantile_80_quantity', 'score_80'],
        ['quantile_90_quantity', 'score_90'],
        ['quantile_95_quantity', 'score_95'],
        ['quantile_975_quantity', 'score_975'],
    ]) }}
{% endmacro %}

{#- Packs per normal score above the highest forecast quantile: as between the two highest; where these are equal, the
    standard deviation of the demand. -#}
{% macro tail_slope(demand_sd) -%}
    coalesce(
        nullif({{ safe_ratio('quantile_975_quantity - quantile_95_quantity', 'score_975 - score_95') }}, 0),
        {{ demand_sd }}
    )
{%- endmacro %}

{#- Demand that is not exceeded with the probability whose normal score (0 or more) is given. Straight between the steps on
    the scale of normal scores: monotone, and exact for normal demand. Reads the columns of forecast_steps. -#}
{% macro demand_at_score(score, demand_sd) -%}
    {%- set steps = forecast_steps() -%}
    case
        {% for (low, low_score), (high, high_score) in zip(steps[:-1], steps[1:]) -%}
        when {{ score }} < {{ high_score }}
            then {{ low }} + ({{ high }} - {{ low }}) * {{ safe_ratio(score ~ ' - ' ~ low_score, high_score ~ ' - ' ~ low_score) }}
        {% endfor -%}
        else quantile_975_quantity + ({{ score }} - score_975) * {{ tail_slope(demand_sd) }}
    end
{%- endmacro %}

{#- Normal score of a quantity: the inverse of demand_at_score from the median up, mirrored below it, where a forecast has
    no quantiles. On a flat stretch, where many probabilities have one quantile, the highest. -#}
{% macro score_of_demand(quantity, demand_sd) -%}
    {%- set mirrored = "(2 * quantile_50_quantity - " ~ quantity ~ ")" -%}
    case
        when {{ quantity }} < quantile_50_quantity then -{{ score_above_median(mirrored, demand_sd) }}
        else {{ score_above_median(quantity, demand_sd) }}
    end
{%- endmacro %}

{% macro score_above_median(quantity, demand_sd) -%}
    {%- set steps = forecast_steps() -%}
    case
        when {{ quantity }} >= quantile_975_quantity
            then score_975 + coalesce({{ safe_ratio(quantity ~ ' - quantile_975_quantity', tail_slope(demand_sd)) }}, 0)
        {% for (low, low_score), (high, high_score) in zip(steps[:-1], steps[1:]) | list | reverse -%}
        when {{ quantity }} >= {{ low }}
            then {{ low_score }} + ({{ high_score }} - {{ low_score }})
            * {{ safe_ratio(quantity ~ ' - ' ~ low, high ~ ' - ' ~ low) }}
        {% endfor -%}
    end
{%- endmacro %}

{#- Probability that demand exceeds a quantity of packs, given its score_of_demand; certain for less than none. -#}
{% macro excess_probability(quantity, score) -%}
    case when {{ quantity }} < 0 then cast(1 as double) else 1 - ({{ normal_distribution(score) }}) end
{%- endmacro %}

{#- Packs of demand that a stock is expected to leave unmet: sigma G(k) with k = (x - mu) / sigma the score put in, for
    normal demand (Silver, Pyke and Thomas, 4th edition, section 6.6.2), bounded by what demand from 0 up can be: never more
    than the mean and what is owed already. score is null where sigma is 0. -#}
{% macro expected_shortage(quantity, score, expected_quantity, demand_sd) -%}
    least(
        coalesce({{ demand_sd }} * ({{ standard_loss(score) }}), greatest({{ expected_quantity }} - {{ quantity }}, 0)),
        {{ expected_quantity }} + greatest(-({{ quantity }}), 0)
    )
{%- endmacro %}

{#- Packs to order: up to the level, in whole multiples and not below the minimum order; where that would not fit below the
    maximum (null: none), as many multiples as fit; and always one smallest order. Whole numbers, the multiple and the
    minimum 1 or more. -#}
{% macro order_quantity(position, order_up_to, maximum, multiple, minimum) -%}
    {%- set least_order = in_multiples_up("greatest(" ~ minimum ~ ", 1)", multiple) -%}
    {%- set wanted = in_multiples_up("greatest(" ~ order_up_to ~ " - " ~ position ~ ", " ~ minimum ~ ", 1)", multiple) -%}
    {%- set fitting = integer_quotient("greatest(" ~ maximum ~ " - " ~ position ~ ", 0)", multiple) ~ " * " ~ multiple -%}
    case
        when {{ position }} + {{ wanted }} > {{ maximum }} then greatest({{ fitting }}, {{ least_order }})
        else {{ wanted }}
    end
{%- endmacro %}

{#- The smallest multiple that is not below a positive quantity. -#}
{% macro in_multiples_up(quantity, multiple) -%}
    {{ integer_quotient("(" ~ quantity ~ " + " ~ multiple ~ " - 1)", multiple) }} * {{ multiple }}
{%- endmacro %}
