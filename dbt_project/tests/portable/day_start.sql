{#- The other way round from local_date. -#}
{{ differing_cases([
    ['Shanghai', day_start("cast('2025-03-02' as date)", 'Asia/Shanghai'), "cast('2025-03-01 16:00:00' as timestamp)"],
    ['Shanghai leap day', day_start("cast('2024-02-29' as date)", 'Asia/Shanghai'), "cast('2024-02-28 16:00:00' as timestamp)"],
    ['New York before the hour is left out', day_start("cast('2025-03-09' as date)", 'America/New_York'), "cast('2025-03-09 05:00:00' as timestamp)"],
    ['New York after', day_start("cast('2025-03-10' as date)", 'America/New_York'), "cast('2025-03-10 04:00:00' as timestamp)"],
    ['New York after the hour came twice', day_start("cast('2025-11-03' as date)", 'America/New_York'), "cast('2025-11-03 05:00:00' as timestamp)"],
    ['null stays null', day_start("cast(null as date)", 'Asia/Shanghai'), "cast(null as timestamp)"]
]) }}
