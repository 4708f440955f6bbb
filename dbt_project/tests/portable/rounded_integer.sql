{#- To the nearest whole number, where a bare cast cuts off on Spark. -#}
{{ differing_cases([
    ['above the half', rounded_integer("cast(2.7 as double)"), "cast(3 as bigint)"],
    ['half up', rounded_integer("cast(2.5 as double)"), "cast(3 as bigint)"],
    ['an even half', rounded_integer("cast(1.5 as double)"), "cast(2 as bigint)"],
    ['below the half', rounded_integer("cast(2.4 as double)"), "cast(2 as bigint)"],
    ['below zero', rounded_integer("cast(-2.7 as double)"), "cast(-3 as bigint)"],
    ['zero', rounded_integer("cast(0 as double)"), "cast(0 as bigint)"],
    ['null stays null', rounded_integer("cast(null as double)"), "cast(null as bigint)"]
]) }}
