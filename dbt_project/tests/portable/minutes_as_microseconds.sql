{#- Back to the whole number that the minutes came from, though a third of a minute is no exact double. -#}
{{ differing_cases([
    ['half a day', minutes_as_microseconds("cast(720 as double)"), "cast(43200000000 as bigint)"],
    ['below zero', minutes_as_microseconds("cast(-0.5 as double)"), "cast(-30000000 as bigint)"],
    [
        'there and back',
        minutes_as_microseconds(microseconds_as_minutes("cast(1740844799999999 as bigint)")),
        "cast(1740844799999999 as bigint)"
    ],
    ['null stays null', minutes_as_microseconds("cast(null as double)"), "cast(null as bigint)"]
]) }}
