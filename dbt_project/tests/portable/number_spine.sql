{#- Every number once, both ends among them; nothing where the end comes first. -#}
{{ differing_rows(
    number_spine(-1, 2, 'number')
    ~ ' union all ' ~ number_spine(7, 7, 'number')
    ~ ' union all ' ~ number_spine(5, 1, 'number')
    ~ ' union all ' ~ number_spine('cast(null as integer)', 1, 'number'),
    "select expected.number from (values (-1), (0), (1), (2), (7)) as expected (number)"
) }}
