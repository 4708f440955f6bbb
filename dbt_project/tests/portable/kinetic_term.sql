{#- exp(10000 (1/273.15 - 1/T)) by hand; the reference of the formula cancels, so 0 degrees contribute 1. -#}
{{ differing_cases([
    ['at the reference', rounded(kinetic_term('cast(0 as double)', 'cast(10000 as double)'), 9), "cast(1 as double)"],
    ['warmer', rounded(kinetic_term('cast(25 as double)', 'cast(10000 as double)'), 6), "cast(21.536667 as double)"],
    ['colder', rounded(kinetic_term('cast(-20 as double)', 'cast(10000 as double)'), 6), "cast(0.055446 as double)"],
    ['null stays null', kinetic_term('cast(null as double)', 'cast(10000 as double)'), "cast(null as double)"]
]) }}
