{#- Shanghai has no summer time now but had some until 1991; New York has. -#}
{{ differing_cases([
    ['Shanghai is eight hours ahead', local_timestamp("cast('2025-03-01 15:59:59.999999' as timestamp)", 'Asia/Shanghai'), "cast('2025-03-01 23:59:59.999999' as timestamp)"],
    ['Shanghai summer time of 1990', local_timestamp("cast('1990-07-01 00:00:00' as timestamp)", 'Asia/Shanghai'), "cast('1990-07-01 09:00:00' as timestamp)"],
    ['New York in winter', local_timestamp("cast('2025-03-09 06:59:59' as timestamp)", 'America/New_York'), "cast('2025-03-09 01:59:59' as timestamp)"],
    ['New York springs over the hour after two', local_timestamp("cast('2025-03-09 07:00:00' as timestamp)", 'America/New_York'), "cast('2025-03-09 03:00:00' as timestamp)"],
    ['New York first half past one in autumn', local_timestamp("cast('2025-11-02 05:30:00' as timestamp)", 'America/New_York'), "cast('2025-11-02 01:30:00' as timestamp)"],
    ['New York second half past one in autumn', local_timestamp("cast('2025-11-02 06:30:00' as timestamp)", 'America/New_York'), "cast('2025-11-02 01:30:00' as timestamp)"],
    ['a zone with half hours', local_timestamp("cast('2025-03-01 00:00:00' as timestamp)", 'Asia/Kolkata'), "cast('2025-03-01 05:30:00' as timestamp)"],
    ['null stays null', local_timestamp("cast(null as timestamp)", 'Asia/Shanghai'), "cast(null as timestamp)"]
]) }}
