{#- The first to arrive is the copy that counts; file names are compared byte by byte, capitals first. -#}
with copies as (

    select
        given.order_id,
        given.arrived_on,
        given.source_file,
        given.source_position
    from (
        values
        ('by day', 2, 'a', 1), ('by day', 1, 'b', 1),
        ('by file', 1, 'a', 1), ('by file', 1, 'B', 2),
        ('by position', 1, 'a', 10), ('by position', 1, 'a', 9)
    ) as given (order_id, arrived_on, source_file, source_position)

),

ranked as (

    select
        *,
        {{ copy_rank(['order_id']) }} as copy_number
    from copies

)

{{ differing_rows(
    "select order_id, source_file, source_position from ranked where copy_number = 1",
    "select expected.order_id, expected.source_file, expected.source_position
    from (values ('by day', 'b', 1), ('by file', 'B', 2), ('by position', 'a', 9))
        as expected (order_id, source_file, source_position)"
) }}
