{#- The end of each interval; as-of joins stand on it. -#}
{{ differing_rows(
    "select prices.sku_id, prices.valid_from, " ~ next_start("prices.valid_from", ["prices.sku_id"]) ~ " as valid_before
    from (values ('a', 20), ('a', 10), ('b', 15), ('c', cast(null as integer)), ('c', 1)) as prices (sku_id, valid_from)",
    "select expected.sku_id, expected.valid_from, expected.valid_before
    from (values
        ('a', 10, 20), ('a', 20, cast(null as integer)), ('b', 15, cast(null as integer)),
        ('c', 1, cast(null as integer)), ('c', cast(null as integer), cast(null as integer))
    ) as expected (sku_id, valid_from, valid_before)"
) }}
