{#- Exact time arithmetic: whole microseconds as integers add up without rounding, whatever the order of the rows. -#}

{% macro epoch_microseconds(expression) %}
    {{- return(adapter.dispatch('epoch_microseconds')(expression)) -}}
{% endmacro %}

{#- Instant (with or without zone, then UTC) to microseconds since 1970 as bigint. -#}
{% macro duckdb__epoch_microseconds(expression) %}epoch_us({{ expression }}){% endmacro %}
{% macro spark__epoch_microseconds(expression) %}unix_micros({{ expression }}){% endmacro %}

{% macro from_epoch_microseconds(expression) %}
    {{- return(adapter.dispatch('from_epoch_microseconds')(expression)) -}}
{% endmacro %}

{#- Microseconds since 1970 to the UTC timestamp. -#}
{% macro duckdb__from_epoch_microseconds(expression) %}make_timestamp({{ expression }}){% endmacro %}
{% macro spark__from_epoch_microseconds(expression) %}timestamp_micros({{ expression }}){% endmacro %}

{% macro integer_quotient(dividend, divisor) %}
    {{- return(adapter.dispatch('integer_quotient')(dividend, divisor)) -}}
{% endmacro %}

{#- Whole number of times that the divisor goes into the dividend; both not negative. -#}
{% macro duckdb__integer_quotient(dividend, divisor) %}({{ dividend }} // {{ divisor }}){% endmacro %}
{% macro spark__integer_quotient(dividend, divisor) %}({{ dividend }} div {{ divisor }}){% endmacro %}

{#- Minutes as a double from whole microseconds. -#}
{% macro microseconds_as_minutes(expression) -%}
    cast({{ expression }} as double) / cast(60000000 as double)
{%- endmacro %}

{#- Whole microseconds, as bigint, from minutes that microseconds_as_minutes made. -#}
{% macro minutes_as_microseconds(expression) -%}
    cast(round({{ expression }} * 60000000) as bigint)
{%- endmacro %}

{#- Number of the quarter of an hour since 1970 that an instant lies in. Local midnights fall on quarter hours in every
    time zone, so that this number settles the business day through a small table; converting every reading of a large
    day to local time costs more than everything else. -#}
{% macro quarter_hour(expression) -%}
    {{ integer_quotient(epoch_microseconds(expression), 900000000) }}
{%- endmacro %}

{% macro number_spine(first_number, last_number, column_name) %}
    {{- return(adapter.dispatch('number_spine')(first_number, last_number, column_name)) -}}
{% endmacro %}

{#- Query with one row per whole number from first_number to last_number, both inclusive; no row where the last comes
    before the first (Spark would count down) or one is null. -#}
{% macro duckdb__number_spine(first_number, last_number, column_name) -%}
    select unnest(generate_series({{ first_number }}, {{ last_number }})) as {{ column_name }}
{%- endmacro %}
{% macro spark__number_spine(first_number, last_number, column_name) -%}
    select explode(
        case when {{ first_number }} <= {{ last_number }} then sequence({{ first_number }}, {{ last_number }}) end
    ) as {{ column_name }}
{%- endmacro %}
