{#- Weeks begin on Monday. -#}
{{ differing_cases([
    ['Sunday belongs to the week before', week_start("cast('2025-03-02' as date)"), "cast('2025-02-24' as date)"],
    ['Monday stays', week_start("cast('2025-03-03' as date)"), "cast('2025-03-03' as date)"],
    ['over a new year', week_start("cast('2025-01-01' as date)"), "cast('2024-12-30' as date)"],
    ['null stays null', week_start("cast(null as date)"), "cast(null as date)"]
]) }}
