{#- Values of M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, table 26.1. -#}
{{ differing_cases([
    ['at the mean', rounded(normal_density('cast(0 as double)'), 12), "cast(0.398942280401 as double)"],
    ['one away', rounded(normal_density('cast(-1 as double)'), 12), "cast(0.241970724519 as double)"],
    ['null stays null', normal_density('cast(null as double)'), "cast(null as double)"]
]) }}
