{#- Towards plus infinity, whatever the type. -#}
{{ differing_cases([
    ['below zero', integer_ceiling("cast(-0.5 as double)"), "cast(0 as bigint)"],
    ['a decimal', integer_ceiling("cast(2.01 as decimal(18, 2))"), "cast(3 as bigint)"],
    ['a whole number', integer_ceiling("cast(7 as bigint)"), "cast(7 as bigint)"],
    ['null stays null', integer_ceiling("cast(null as double)"), "cast(null as bigint)"]
]) }}
