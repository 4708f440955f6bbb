{#- Interpolated between neighbours; decimals and whole numbers, too, give doubles. -#}
{{ differing_rows(
    "select quantities.kind, " ~ quantile("quantities.quantity", 0.25) ~ " as lower_quartile,
        " ~ quantile("quantities.quantity", 0.5) ~ " filter (where quantities.quantity > 1) as median_above_one
    from (values
        ('many', cast(4.00 as decimal(18, 2))), ('many', 1), ('many', 2), ('many', null), ('one', 3), ('none', null)
    ) as quantities (kind, quantity)
    group by quantities.kind",
    "select expected.kind, expected.lower_quartile, expected.median_above_one
    from (values
        ('many', cast(1.5 as double), cast(3 as double)), ('one', cast(3 as double), cast(3 as double)),
        ('none', cast(null as double), cast(null as double))
    ) as expected (kind, lower_quartile, median_above_one)"
) }}
