{#- Times. In the warehouse every `_at` column is UTC without a zone (type `timestamp`), so that contracts read the
    same on every engine; local days are dates. -#}

{% macro utc_timestamp(expression) %}
    {{- return(adapter.dispatch('utc_timestamp')(expression)) -}}
{% endmacro %}

{#- Lake instant (with zone) to the warehouse's UTC timestamp. -#}
{% macro duckdb__utc_timestamp(expression) %}({{ expression }} at time zone 'UTC'){% endmacro %}
{% macro spark__utc_timestamp(expression) %}cast({{ expression }} as timestamp){% endmacro %}

{#- Name of the zone that local times are in: the deployment's, unless one is given. -#}
{% macro zone_name(time_zone) %}{{ return(time_zone or var("business_timezone")) }}{% endmacro %}

{% macro local_timestamp(expression, time_zone=none) %}
    {{- return(adapter.dispatch('local_timestamp')(expression, zone_name(time_zone))) -}}
{% endmacro %}

{#- UTC timestamp to wall-clock time in the business time zone. -#}
{% macro duckdb__local_timestamp(expression, time_zone) %}(({{ expression }} at time zone 'UTC') at time zone '{{ time_zone }}'){% endmacro %}
{% macro spark__local_timestamp(expression, time_zone) %}from_utc_timestamp({{ expression }}, '{{ time_zone }}'){% endmacro %}

{#- UTC timestamp to the business day it falls on. -#}
{% macro local_date(expression, time_zone=none) %}cast({{ local_timestamp(expression, time_zone) }} as date){% endmacro %}

{#- UTC timestamp to the hour of the local day, 0 to 23. -#}
{% macro local_hour(expression, time_zone=none) %}cast(extract(hour from {{ local_timestamp(expression, time_zone) }}) as integer){% endmacro %}

{% macro day_start(expression, time_zone=none) %}
    {{- return(adapter.dispatch('day_start')(expression, zone_name(time_zone))) -}}
{% endmacro %}

{#- Business day to the UTC timestamp at which it begins. -#}
{% macro duckdb__day_start(expression, time_zone) %}((cast({{ expression }} as timestamp) at time zone '{{ time_zone }}') at time zone 'UTC'){% endmacro %}
{% macro spark__day_start(expression, time_zone) %}to_utc_timestamp(cast({{ expression }} as timestamp), '{{ time_zone }}'){% endmacro %}

{% macro minutes_between(earlier, later) %}
    {{- return(adapter.dispatch('minutes_between')(earlier, later)) -}}
{% endmacro %}

{#- Minutes from one timestamp to another as a double with its fraction; null if either is null. -#}
{% macro duckdb__minutes_between(earlier, later) %}(epoch_us({{ later }}) - epoch_us({{ earlier }})) / cast(60000000 as double){% endmacro %}
{% macro spark__minutes_between(earlier, later) %}(unix_micros({{ later }}) - unix_micros({{ earlier }})) / cast(60000000 as double){% endmacro %}

{% macro add_days(expression, days) %}
    {{- return(adapter.dispatch('add_days')(expression, days)) -}}
{% endmacro %}

{#- Date plus a whole number of days, as a date. -#}
{% macro duckdb__add_days(expression, days) %}cast({{ expression }} + cast({{ days }} as integer) as date){% endmacro %}
{% macro spark__add_days(expression, days) %}date_add({{ expression }}, cast({{ days }} as int)){% endmacro %}

{% macro days_between(earlier, later) %}
    {{- return(adapter.dispatch('days_between')(earlier, later)) -}}
{% endmacro %}

{#- Whole days from one date to another. -#}
{% macro duckdb__days_between(earlier, later) %}date_diff('day', {{ earlier }}, {{ later }}){% endmacro %}
{% macro spark__days_between(earlier, later) %}cast(datediff({{ later }}, {{ earlier }}) as bigint){% endmacro %}

{% macro month_start(expression) %}cast(date_trunc('month', {{ expression }}) as date){% endmacro %}

{#- Months from year 0 to that of a date, as bigint: a span of months is a difference. -#}
{% macro month_ordinal(expression) %}cast(extract(year from {{ expression }}) * 12 + extract(month from {{ expression }}) as bigint){% endmacro %}

{% macro week_start(expression) %}cast(date_trunc('week', {{ expression }}) as date){% endmacro %}

{% macro iso_weekday(expression) %}
    {{- return(adapter.dispatch('iso_weekday')(expression)) -}}
{% endmacro %}

{#- Monday is 1, Sunday 7. -#}
{% macro duckdb__iso_weekday(expression) %}cast(isodow({{ expression }}) as integer){% endmacro %}
{% macro spark__iso_weekday(expression) %}cast(weekday({{ expression }}) + 1 as int){% endmacro %}

{% macro day_spine(first_day, last_day, column_name) %}
    {{- return(adapter.dispatch('day_spine')(first_day, last_day, column_name)) -}}
{% endmacro %}

{#- Query with one row per day from first_day to last_day, both inclusive (date expressions or scalar subqueries); no row
    where the last comes before the first or one is null. -#}
{% macro duckdb__day_spine(first_day, last_day, column_name) %}
select cast(day_number as date) as {{ column_name }}
from (select unnest(generate_series(cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day)) as day_number) as days
{% endmacro %}
{% macro spark__day_spine(first_day, last_day, column_name) %}
select explode(
    case
        when {{ first_day }} <= {{ last_day }}
            then sequence(cast({{ first_day }} as date), cast({{ last_day }} as date), interval 1 day)
    end
) as {{ column_name }}
{% endmacro %}
