{#- Infinity and what is no number become null. -#}
{{ differing_cases([
    ['a number', finite('cast(-1.5 as double)'), "cast(-1.5 as double)"],
    ['infinity', finite("cast('infinity' as double)"), "cast(null as double)"],
    ['minus infinity', finite("cast('-infinity' as double)"), "cast(null as double)"],
    ['no number', finite("cast('nan' as double)"), "cast(null as double)"]
]) }}
