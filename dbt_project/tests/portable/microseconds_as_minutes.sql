{#- A double with its fraction. -#}
{{ differing_cases([
    ['half a minute', microseconds_as_minutes("cast(30000000 as bigint)"), "cast(0.5 as double)"],
    ['a day', microseconds_as_minutes("cast(86400000000 as bigint)"), "cast(1440 as double)"],
    ['null stays null', microseconds_as_minutes("cast(null as bigint)"), "cast(null as double)"]
]) }}
