{#- Towards minus infinity, whatever the type. -#}
{{ differing_cases([
    ['below zero', integer_floor("cast(-0.5 as double)"), "cast(-1 as bigint)"],
    ['a decimal', integer_floor("cast(2.99 as decimal(18, 2))"), "cast(2 as bigint)"],
    ['a whole number', integer_floor("cast(7 as bigint)"), "cast(7 as bigint)"],
    ['null stays null', integer_floor("cast(null as double)"), "cast(null as bigint)"]
]) }}
