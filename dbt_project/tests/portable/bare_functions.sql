{#- What models may use bare, because both engines mean the same by it. -#}
{{ differing_cases([
    ['greatest leaves nulls out', "greatest(1, cast(null as integer), 3)", "3"],
    ['least leaves nulls out', "least(cast(null as integer), 2)", "2"],
    ['greatest of nothing', "greatest(cast(null as integer), cast(null as integer))", "cast(null as integer)"],
    ['remainder below zero', "-7 % 3", "-1"],
    ['deviation of one value', "(select stddev_samp(sample.quantity) from (values (cast(1 as double))) as sample (quantity))", "cast(null as double)"],
    ['variance of three values', "(select var_samp(sample.quantity) from (values (cast(1 as double)), (2), (3)) as sample (quantity))", "cast(1 as double)"],
    ['a null spreads', "'a' || cast(null as string)", "cast(null as string)"],
    ['a day as text', "cast(date '2025-03-01' as string)", "'2025-03-01'"]
]) }}
