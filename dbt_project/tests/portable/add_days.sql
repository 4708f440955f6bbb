{#- A date stays a date. -#}
{{ differing_cases([
    ['into the leap day', add_days("cast('2024-02-28' as date)", 1), "cast('2024-02-29' as date)"],
    ['no leap day', add_days("cast('2025-02-28' as date)", 1), "cast('2025-03-01' as date)"],
    ['no leap day in 1900', add_days("cast('1900-02-28' as date)", 1), "cast('1900-03-01' as date)"],
    ['backwards over a new year', add_days("cast('2025-01-01' as date)", -1), "cast('2024-12-31' as date)"],
    ['month end', add_days("cast('2025-01-31' as date)", 28), "cast('2025-02-28' as date)"],
    ['a number from a column of another type', add_days("cast('2025-01-31' as date)", "cast(1 as bigint)"), "cast('2025-02-01' as date)"],
    ['the text of a date, not of a time', 'cast(' ~ add_days("cast('2025-01-31' as date)", 1) ~ ' as string)', "'2025-02-01'"],
    ['null stays null', add_days("cast(null as date)", 1), "cast(null as date)"]
]) }}
