{#- Halves go away from zero; 1.005 as a double lies below its half. -#}
{{ differing_cases([
    ['half up', rounded("cast(2.5 as double)"), "cast(3 as double)"],
    ['half down below zero', rounded("cast(-2.5 as double)"), "cast(-3 as double)"],
    ['two digits', rounded("cast(0.125 as double)", 2), "cast(0.13 as double)"],
    ['a double just below its half', rounded("cast(1.005 as double)", 2), "cast(1 as double)"],
    ['below zero with digits', rounded("cast(-0.125 as double)", 2), "cast(-0.13 as double)"],
    ['null stays null', rounded("cast(null as double)", 2), "cast(null as double)"]
]) }}
