{{ differing_cases([
    ['the quantile of 97.5 %', rounded(normal_quantile('cast(0.975 as double)'), 6), score_of_95_percent()]
]) }}
