{#- Every day once, both ends among them; nothing where the end comes first. -#}
{% set first_day, last_day = "cast('2024-02-28' as date)", "cast('2024-03-01' as date)" %}
{{ differing_rows(
    day_spine(first_day, last_day, 'day')
    ~ ' union all ' ~ day_spine(first_day, first_day, 'day')
    ~ ' union all ' ~ day_spine(last_day, first_day, 'day')
    ~ ' union all ' ~ day_spine('cast(null as date)', last_day, 'day'),
    "select cast(expected.day as date) as day from (values
        ('2024-02-28'), ('2024-02-29'), ('2024-03-01'), ('2024-02-28')
    ) as expected (day)"
) }}
