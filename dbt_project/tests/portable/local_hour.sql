{#- 0 to 23 by the wall clock. -#}
{{ differing_cases([
    ['last hour of the day', local_hour("cast('2025-03-01 15:59:59.999999' as timestamp)", 'Asia/Shanghai'), "23"],
    ['first hour of the day', local_hour("cast('2025-03-01 16:00:00' as timestamp)", 'Asia/Shanghai'), "0"],
    ['the hour that summer time leaves out', local_hour("cast('2025-03-09 07:00:00' as timestamp)", 'America/New_York'), "3"],
    ['null stays null', local_hour("cast(null as timestamp)", 'Asia/Shanghai'), "cast(null as integer)"]
]) }}
