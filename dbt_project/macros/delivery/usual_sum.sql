{#- Sum over the quiet dry rides of a city or, where they are too few, of all cities; null where these are too few as well.
    Reads usual_rides, all_usual_rides and parameters. -#}
{% macro usual_sum(name) -%}
    case
        when usual_rides.delivery_count >= parameters.delay_norm_deliveries then usual_rides.{{ name }}
        when all_usual_rides.delivery_count >= parameters.delay_norm_deliveries then all_usual_rides.{{ name }}
    end
{%- endmacro %}
