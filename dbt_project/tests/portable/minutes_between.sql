{#- With its fraction; never whole hours or minutes crossed. -#}
{{ differing_cases([
    ['half a minute', minutes_between("cast('2025-03-01 10:00:45' as timestamp)", "cast('2025-03-01 10:01:15' as timestamp)"), "cast(0.5 as double)"],
    ['backwards', minutes_between("cast('2025-03-01 10:30:00' as timestamp)", "cast('2025-03-01 10:00:00' as timestamp)"), "cast(-30 as double)"],
    ['over the leap day', minutes_between("cast('2024-02-28 23:00:00' as timestamp)", "cast('2024-03-01 01:00:00' as timestamp)"), "cast(1560 as double)"],
    ['a microsecond', minutes_between("cast('2025-03-01 10:00:00' as timestamp)", "cast('2025-03-01 10:00:00.000006' as timestamp)") ~ ' * 10000000', "cast(1 as double)"],
    ['null stays null', minutes_between("cast('2025-03-01 10:00:00' as timestamp)", "cast(null as timestamp)"), "cast(null as double)"]
]) }}
