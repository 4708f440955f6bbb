{#- Values of M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, table 26.10, two-sided 95 and 99%. -#}
{% set at_95, at_99 = 'cast(1.959963985 as double)', 'cast(2.575829304 as double)' %}
{{ differing_cases([
    ['10 degrees, 95 %', rounded(student_quantile(at_95, 10), 3), "cast(2.228 as double)"],
    ['20 degrees, 95 %', rounded(student_quantile(at_95, 20), 3), "cast(2.086 as double)"],
    ['120 degrees, 95 %', rounded(student_quantile(at_95, 120), 3), "cast(1.98 as double)"],
    ['10 degrees, 99 %', rounded(student_quantile(at_99, 10), 3), "cast(3.169 as double)"],
    ['no degree', student_quantile(at_95, 0), "cast(null as double)"]
]) }}
