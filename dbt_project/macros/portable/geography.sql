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

{#- Number of the row (axis 'latitude') or column ('longitude') of the geohash cell of 6 letters, 0 to 32767 from the south or
    west: its 30 bits take turns, longitude first. Null for any other text. Source: G. Niemeyer, geohash.org (2008), letters
    as there. -#}
{% macro geohash_step(cell, axis) -%}
    {%- set weights = [8192, 1024, 256, 32, 8, 1] if axis == 'latitude' else [4096, 1024, 128, 32, 4, 1] -%}
    case
        when length({{ cell }}) = 6
            then
                {%- for weight in weights %}
                {%- set bits = "(nullif(instr('0123456789bcdefghjkmnpqrstuvwxyz', substr(" ~ cell ~ ", " ~ loop.index ~ ", 1)), 0) - 1)" %}
                {%- set has_three = (loop.index is odd) == (axis == 'longitude') %}
                {%- if has_three %}
                ({{ integer_quotient(bits, 16) }} * 4 + {{ integer_quotient(bits, 4) }} % 2 * 2 + {{ bits }} % 2) * {{ weight }}
                {%- else %}
                ({{ integer_quotient(bits, 8) }} % 2 * 2 + {{ integer_quotient(bits, 2) }} % 2) * {{ weight }}
                {%- endif %}
                {%- if not loop.last %} +{% endif %}
                {%- endfor %}
    end
{%- endmacro %}

{#- Degrees of a point within a geohash cell of 6 letters: share 0 is its south or west edge, 1 its north or east one. -#}
{% macro geohash_degrees(cell, axis, share) -%}
    {%- set span = 180 if axis == 'latitude' else 360 -%}
    (({{ geohash_step(cell, axis) }}) + cast({{ share }} as double)) * cast({{ span }} as double) / cast(32768 as double) - cast({{ span }} as double) / cast(2 as double)
{%- endmacro %}
