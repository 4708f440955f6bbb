{#- Monday is 1, Sunday 7. -#}
{{ differing_cases([
    ['Monday', iso_weekday("cast('2025-03-03' as date)"), "1"],
    ['Saturday', iso_weekday("cast('2025-03-01' as date)"), "6"],
    ['Sunday', iso_weekday("cast('2025-03-02' as date)"), "7"],
    ['leap day 2024 was a Thursday', iso_weekday("cast('2024-02-29' as date)"), "4"],
    ['null stays null', iso_weekday("cast(null as date)"), "cast(null as integer)"]
]) }}
