{#- The other way round from epoch_microseconds. -#}
{{ differing_cases([
    ['the beginning', from_epoch_microseconds("cast(0 as bigint)"), "cast('1970-01-01 00:00:00' as timestamp)"],
    [
        'the last microsecond of a day',
        from_epoch_microseconds("cast(1740844799999999 as bigint)"),
        "cast('2025-03-01 15:59:59.999999' as timestamp)"
    ],
    ['before the beginning', from_epoch_microseconds("cast(-1 as bigint)"), "cast('1969-12-31 23:59:59.999999' as timestamp)"],
    ['null stays null', from_epoch_microseconds("cast(null as bigint)"), "cast(null as timestamp)"]
]) }}
