{#- The methods that compete: a column each in int_supply__demand_levels, a row each in the seed forecast_methods. -#}
{% macro forecast_methods() %}
    {{ return([
        'discounted_mean_slow',
        'discounted_mean_medium',
        'discounted_mean_fast',
        'pooled_mean',
        'ses',
        'croston_sba',
        'tsb',
        'moving_average',
        'seasonal_naive',
    ]) }}
{% endmacro %}

{#- Level of the method that another column names. -#}
{% macro level_of_method(method_column, levels) -%}
    case {{ method_column }}
        {% for method in forecast_methods() -%}
        when '{{ method }}' then {{ levels }}.{{ method }}
        {% endfor -%}
    end
{%- endmacro %}

{#- Quantiles that are forecast, as their columns name them: suffix and probability. -#}
{% macro forecast_quantiles() %}
    {{ return([['50', '0.5'], ['80', '0.8'], ['90', '0.9'], ['95', '0.95'], ['975', '0.975']]) }}
{% endmacro %}

{#- Cell of expected demand on a logarithmic grid, ten to a factor of e: close enough to share quantiles, which are scaled
    by what is left between a cell's middle and the value. What is next to nothing is all one cell. -#}
{% macro demand_cell(quantity) -%}
    {{ integer_floor(natural_log('greatest(' ~ quantity ~ ', 0.001)') ~ ' * 10') }}
{%- endmacro %}

{#- Middle of such a cell. -#}
{% macro demand_cell_middle(cell) -%}
    {{ exponential('(' ~ cell ~ ' + 0.5) * 0.1') }}
{%- endmacro %}

{#- Pinball loss of a quantile (Koenker and Bassett 1978, Econometrica 46(1)): what the quantile minimises in the mean. -#}
{% macro pinball_loss(observed, quantile, probability) -%}
    greatest({{ probability }} * ({{ observed }} - {{ quantile }}), ({{ probability }} - 1) * ({{ observed }} - {{ quantile }}))
{%- endmacro %}

{#- Mean of it over the quantiles that are forecast, in columns quantile_<suffix>_quantity. -#}
{% macro mean_pinball_loss(observed) -%}
    (
        {% for suffix, probability in forecast_quantiles() -%}
        {{ pinball_loss(observed, 'quantile_' ~ suffix ~ '_quantity', probability) }} {{ '+' if not loop.last }}
        {% endfor -%}
    ) * cast({{ 1 / (forecast_quantiles() | length) }} as double)
{%- endmacro %}
