{#- A silence is filled with what was last known of the same key, never with what came later. -#}
{{ differing_rows(
    "select prices.sku_id, prices.day_number, " ~ last_known("prices.price", ["prices.sku_id"], ["prices.day_number"]) ~ " as price
    from (values ('a', 3, null), ('a', 1, null), ('a', 2, 20), ('a', 4, 40), ('b', 5, null)) as prices (sku_id, day_number, price)",
    "select expected.sku_id, expected.day_number, expected.price
    from (values
        ('a', 1, cast(null as integer)), ('a', 2, 20), ('a', 3, 20), ('a', 4, 40), ('b', 5, cast(null as integer))
    ) as expected (sku_id, day_number, price)"
) }}
