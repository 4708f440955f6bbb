{#- A bigint on both engines. -#}
{{ differing_cases([
    ['over the leap day', days_between("cast('2024-02-28' as date)", "cast('2024-03-01' as date)"), "cast(2 as bigint)"],
    ['a month end', days_between("cast('2025-01-31' as date)", "cast('2025-02-28' as date)"), "cast(28 as bigint)"],
    ['backwards', days_between("cast('2025-01-01' as date)", "cast('2024-12-31' as date)"), "cast(-1 as bigint)"],
    ['null stays null', days_between("cast(null as date)", "cast('2025-01-01' as date)"), "cast(null as bigint)"]
]) }}
