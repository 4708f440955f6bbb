{#- A tenth ten times is one, whichever way round; doubles would give a little less. Nulls are left out. -#}
{{ differing_rows(
    "select " ~ exact_sum('addend') ~ " as total from (values (cast(0.1 as double)), (0.1), (0.1), (0.1), (0.1), (0.1),"
    ~ " (0.1), (0.1), (0.1), (0.1), (null)) as addends (addend)",
    "select cast(1 as double) as total"
) }}
