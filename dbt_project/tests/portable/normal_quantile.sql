{#- Values of M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, table 26.5; the middle and both outer
    regions of the approximation. -#}
{{ differing_cases([
    ['the median', rounded(normal_quantile('cast(0.5 as double)'), 7), "cast(0 as double)"],
    ['middle region', rounded(normal_quantile('cast(0.975 as double)'), 7), "cast(1.959964 as double)"],
    ['upper region', rounded(normal_quantile('cast(0.99 as double)'), 7), "cast(2.3263479 as double)"],
    ['lower region', rounded(normal_quantile('cast(0.001 as double)'), 7), "cast(-3.0902323 as double)"],
    ['a decimal', rounded(normal_quantile('0.95'), 7), "cast(1.6448536 as double)"],
    ['certain', normal_quantile('cast(1 as double)'), "cast(null as double)"],
    ['impossible', normal_quantile('cast(0 as double)'), "cast(null as double)"],
    ['null stays null', normal_quantile('cast(null as double)'), "cast(null as double)"]
]) }}
