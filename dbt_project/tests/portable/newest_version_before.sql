{#- What was the newest version when this copy came: null for the first. -#}
with copies as (

    select
        given.order_id,
        given.updated_at,
        given.arrived_on,
        given.source_file,
        given.source_position
    from (
        values
        ('a', 5, 1, 'f', 1), ('a', 3, 2, 'f', 1), ('a', 7, 3, 'f', 1), ('a', 6, 3, 'f', 2), ('b', 1, 9, 'f', 1)
    ) as given (order_id, updated_at, arrived_on, source_file, source_position)

),

compared as (

    select
        *,
        {{ newest_version_before(['order_id']) }} as newest_before
    from copies

)

{{ differing_rows(
    "select order_id, updated_at, newest_before from compared",
    "select expected.order_id, expected.updated_at, expected.newest_before
    from (values
        ('a', 5, cast(null as integer)), ('a', 3, 5), ('a', 7, 5), ('a', 6, 7), ('b', 1, cast(null as integer))
    ) as expected (order_id, updated_at, newest_before)"
) }}
