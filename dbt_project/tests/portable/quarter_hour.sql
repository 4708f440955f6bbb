{#- Quarter hours begin where local days of every zone may. -#}
{{ differing_cases([
    ['before midnight in Shanghai', quarter_hour("cast('2025-03-01 15:59:59.999999' as timestamp)"), "cast(1934271 as bigint)"],
    ['midnight in Shanghai', quarter_hour("cast('2025-03-01 16:00:00' as timestamp)"), "cast(1934272 as bigint)"],
    ['null stays null', quarter_hour("cast(null as timestamp)"), "cast(null as bigint)"]
]) }}
