{#- Values of M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, table 26.1, to six digits. -#}
{{ differing_cases([
    ['at the mean', rounded(normal_distribution('cast(0 as double)'), 6), "cast(0.5 as double)"],
    ['above', rounded(normal_distribution('cast(1.96 as double)'), 6), "cast(0.975002 as double)"],
    ['below', rounded(normal_distribution('cast(-1 as double)'), 6), "cast(0.158655 as double)"],
    ['far above', rounded(normal_distribution('cast(40 as double)'), 6), "cast(1 as double)"],
    ['far below', rounded(normal_distribution('cast(-40 as double)'), 6), "cast(0 as double)"],
    ['null stays null', normal_distribution('cast(null as double)'), "cast(null as double)"]
]) }}
