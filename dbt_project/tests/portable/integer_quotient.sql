{#- Cut off, never rounded, and a whole number: large ones lose no digits on the way through a double. -#}
{{ differing_cases([
    ['cut off', integer_quotient("cast(7 as bigint)", 2), "cast(3 as bigint)"],
    ['just below', integer_quotient("cast(899999999 as bigint)", 900000000), "cast(0 as bigint)"],
    [
        'more digits than a double holds',
        integer_quotient("cast(9007199254740993 as bigint)", 1),
        "cast(9007199254740993 as bigint)"
    ],
    ['null stays null', integer_quotient("cast(null as bigint)", 2), "cast(null as bigint)"]
]) }}
