{#- Great-circle distance in kilometres between two points in degrees, on a sphere of the Earth's mean radius (IUGG,
    6371.0088 km), by the haversine formula: R. W. Sinnott, Virtues of the haversine, Sky and Telescope 68 (1984) 159. Null
    if a coordinate is null. -#}
{% macro distance_kilometers(from_latitude, from_longitude, to_latitude, to_longitude) -%}
    {%- set latitude_sine = "sin(radians(" ~ to_latitude ~ " - " ~ from_latitude ~ ") * cast(0.5 as double))" -%}
    {%- set longitude_sine = "sin(radians(" ~ to_longitude ~ " - " ~ from_longitude ~ ") * cast(0.5 as double))" -%}
    case
        -- least() leaves nulls out.
        when {{ from_latitude }} + {{ from_longitude }} + {{ to_latitude }} + {{ to_longitude }} is not null
            then cast(2 * 6371.0088 as double) * asin(least(cast(1 as double), sqrt(
                {{ latitude_sine }} * {{ latitude_sine }}
                + cos(radians({{ from_latitude }})) * cos(radians({{ to_latitude }})) * {{ longitude_sine }} * {{ longitude_sine }}
            )))
    end
{%- endmacro %}
