{#- Null for zero and below. -#}
{{ differing_cases([
    ['of one', natural_log('1'), "cast(0 as double)"],
    ['of ten', rounded(natural_log('cast(10 as decimal(3, 0))'), 12), "cast(2.302585092994 as double)"],
    ['of zero', natural_log('0'), "cast(null as double)"],
    ['of zero as a double', natural_log('cast(0 as double)'), "cast(null as double)"],
    ['below zero', natural_log('cast(-1 as double)'), "cast(null as double)"],
    ['null stays null', natural_log('cast(null as double)'), "cast(null as double)"]
]) }}
