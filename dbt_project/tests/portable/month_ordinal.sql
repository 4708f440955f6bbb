{{ differing_cases([
    ['a month later', month_ordinal("cast('2026-01-01' as date)") ~ ' - ' ~ month_ordinal("cast('2025-12-31' as date)"), "cast(1 as bigint)"],
    ['the same month', month_ordinal("cast('2026-02-28' as date)") ~ ' - ' ~ month_ordinal("cast('2026-02-01' as date)"), "cast(0 as bigint)"],
    ['null stays null', month_ordinal("cast(null as date)"), "cast(null as bigint)"]
]) }}
