{#- In the order asked for, however the rows come; nulls are left out. -#}
{{ differing_rows(
    "select parts.group_name, " ~ joined_text("parts.part", "; ", "parts.position") ~ " as joined
    from (values
        ('order', 2, 'b'), ('order', 3, 'a'), ('order', 1, 'c'),
        ('nulls', 1, 'x'), ('nulls', 2, cast(null as string)), ('nulls', 3, ''),
        ('nothing', 1, cast(null as string))
    ) as parts (group_name, position, part)
    group by parts.group_name",
    "select expected.group_name, expected.joined
    from (values ('order', 'c; b; a'), ('nulls', 'x; '), ('nothing', cast(null as string))) as expected (group_name, joined)"
) }}
