{#- Null, not infinity, where the result is too large for a double. -#}
{{ differing_cases([
    ['of zero', exponential('0'), "cast(1 as double)"],
    ['of one', rounded(exponential('cast(1 as decimal(3, 1))'), 12), "cast(2.718281828459 as double)"],
    ['too small', exponential('-1000'), "cast(0 as double)"],
    ['too large', exponential('1000'), "cast(null as double)"],
    ['null stays null', exponential('cast(null as double)'), "cast(null as double)"]
]) }}
