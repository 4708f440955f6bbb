{#- The lake's instants have a zone; its type has another name on each engine. -#}
{% set instant_type = 'timestamp' if target.type == 'spark' else 'timestamp with time zone' %}
{{ differing_cases([
    [
        'offset of Shanghai',
        utc_timestamp("cast('2025-03-01 00:30:00.123456+08:00' as " ~ instant_type ~ ")"),
        "cast('2025-02-28 16:30:00.123456' as timestamp)"
    ],
    [
        'the text shows no zone',
        "cast(" ~ utc_timestamp("cast('2025-03-01 00:30:00+08:00' as " ~ instant_type ~ ")") ~ " as string)",
        "'2025-02-28 16:30:00'"
    ],
    ['null stays null', utc_timestamp("cast(null as " ~ instant_type ~ ")"), "cast(null as timestamp)"]
]) }}
