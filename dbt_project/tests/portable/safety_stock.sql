{#- d = 20 and sigma_d = 6 a day, L + R = 8 days, sigma_L = 2 days, z = 1.96 give 85.16; with a fixed lead time only the
    demand varies. -#}
{{ differing_cases([
    ['both variances', rounded(safety_stock('cast(1.96 as double)', 'cast(8 * 36 as double)', 'cast(20 as double)', 'cast(2 as double)'), 2), "cast(85.16 as double)"],
    ['lead time fixed', rounded(safety_stock('cast(2 as double)', 'cast(8 * 36 as double)', 'cast(20 as double)', 'cast(0 as double)'), 2), "cast(33.94 as double)"],
    ['the same by the quantile of normal demand',
        rounded(protected_quantile('(160 + 1.96 * sqrt(cast(288 as double)))', 'cast(1.96 as double)', 'cast(160 as double)', 'cast(20 as double)', 'cast(2 as double)'), 2),
        "cast(245.16 as double)"],
    ['a quantile below the mean', protected_quantile('cast(0 as double)', 'cast(1 as double)', 'cast(3 as double)', 'cast(1 as double)', 'cast(4 as double)'), "cast(7 as double)"]
]) }}
