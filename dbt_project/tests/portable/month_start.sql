{#- A date, not a time. -#}
{{ differing_cases([
    ['leap day', month_start("cast('2024-02-29' as date)"), "cast('2024-02-01' as date)"],
    ['first stays', month_start("cast('2025-01-01' as date)"), "cast('2025-01-01' as date)"],
    ['last of the year', month_start("cast('2025-12-31' as date)"), "cast('2025-12-01' as date)"],
    ['the text of a date', 'cast(' ~ month_start("cast('2025-12-31' as date)") ~ ' as string)', "'2025-12-01'"],
    ['null stays null', month_start("cast(null as date)"), "cast(null as date)"]
]) }}
