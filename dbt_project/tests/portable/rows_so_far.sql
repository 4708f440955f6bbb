{#- Up to the current row, the rows without an order last. -#}
{{ differing_rows(
    "select sales.day_number, cast(sum(sales.quantity) over (" ~ rows_so_far([], ["sales.day_number"]) ~ ") as bigint) as so_far
    from (values (2, 20), (null, 100), (1, 10)) as sales (day_number, quantity)",
    "select expected.day_number, expected.so_far
    from (values (1, cast(10 as bigint)), (2, cast(30 as bigint)), (null, cast(130 as bigint))) as expected (day_number, so_far)"
) }}
