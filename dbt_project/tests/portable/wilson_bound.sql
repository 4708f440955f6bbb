{#- Values of R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17
    (1998), 857-872, table I, method 3, at 95 %. -#}
{% set z = 'cast(1.959963985 as double)' %}
{{ differing_cases([
    ['81 of 263, lower', rounded(wilson_bound(81, 263, z, 'lower'), 4), "cast(0.2553 as double)"],
    ['81 of 263, upper', rounded(wilson_bound(81, 263, z, 'upper'), 4), "cast(0.3662 as double)"],
    ['15 of 148, lower', rounded(wilson_bound(15, 148, z, 'lower'), 4), "cast(0.0624 as double)"],
    ['15 of 148, upper', rounded(wilson_bound(15, 148, z, 'upper'), 4), "cast(0.1605 as double)"],
    ['0 of 20, lower', rounded(wilson_bound(0, 20, z, 'lower'), 4), "cast(0 as double)"],
    ['0 of 20, upper', rounded(wilson_bound(0, 20, z, 'upper'), 4), "cast(0.1611 as double)"],
    ['1 of 29, upper', rounded(wilson_bound(1, 29, z, 'upper'), 4), "cast(0.1718 as double)"],
    ['nobody', wilson_bound(0, 0, z, 'lower'), "cast(null as double)"]
]) }}
