{#- A double whatever it is made of; decimals divided bare keep fewer digits on Spark. -#}
{{ differing_cases([
    ['a third of decimals', safe_ratio("cast(1 as decimal(18, 2))", "cast(3 as decimal(18, 2))"), "cast(1 as double) / cast(3 as double)"],
    ['whole numbers', safe_ratio("cast(1 as bigint)", "cast(2 as bigint)"), "cast(0.5 as double)"],
    ['nothing of something', safe_ratio("0", "5"), "cast(0 as double)"],
    ['zero denominator', safe_ratio("5", "0"), "cast(null as double)"],
    ['zero decimal denominator', safe_ratio("5", "cast(0 as decimal(18, 2))"), "cast(null as double)"],
    ['no denominator', safe_ratio("5", "cast(null as bigint)"), "cast(null as double)"],
    ['no numerator', safe_ratio("cast(null as bigint)", "5"), "cast(null as double)"]
]) }}
