{#- Back to the lake's type: the same instant, and one that compares with the lake's. -#}
{% set instant_type = 'timestamp' if target.type == 'spark' else 'timestamp with time zone' %}
{{ differing_cases([
    [
        'the same instant',
        lake_instant("cast('2025-02-28 16:30:00.123456' as timestamp)"),
        "cast('2025-03-01 00:30:00.123456+08:00' as " ~ instant_type ~ ")"
    ],
    [
        'there and back',
        utc_timestamp(lake_instant("cast('2024-02-29 23:59:59' as timestamp)")),
        "cast('2024-02-29 23:59:59' as timestamp)"
    ]
]) }}
