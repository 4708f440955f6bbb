{#- Null below zero. -#}
{{ differing_cases([
    ['of a decimal', square_root('cast(6.25 as decimal(18, 2))'), "cast(2.5 as double)"],
    ['of zero', square_root('0'), "cast(0 as double)"],
    ['below zero', square_root('cast(-1 as double)'), "cast(null as double)"],
    ['null stays null', square_root('cast(null as double)'), "cast(null as double)"]
]) }}
