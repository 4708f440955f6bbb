{#- Whole and exact, before 1970 too. -#}
{{ differing_cases([
    ['the beginning', epoch_microseconds("cast('1970-01-01 00:00:00' as timestamp)"), "cast(0 as bigint)"],
    [
        'the last microsecond of a day',
        epoch_microseconds("cast('2025-03-01 15:59:59.999999' as timestamp)"),
        "cast(1740844799999999 as bigint)"
    ],
    ['before the beginning', epoch_microseconds("cast('1969-12-31 23:59:59.999999' as timestamp)"), "cast(-1 as bigint)"],
    ['null stays null', epoch_microseconds("cast(null as timestamp)"), "cast(null as bigint)"]
]) }}
