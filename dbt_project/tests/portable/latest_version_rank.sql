{#- The latest version first, a version without a time last; of equal ones the last to arrive. -#}
with copies as (

    select
        given.order_id,
        given.updated_at,
        given.arrived_on,
        given.source_file,
        given.source_position
    from (
        values
        ('stale comes later', 5, 1, 'a', 1), ('stale comes later', 4, 2, 'b', 1),
        ('equal versions', 5, 1, 'a', 1), ('equal versions', 5, 1, 'a', 2), ('equal versions', 5, 1, 'B', 3),
        ('no time', cast(null as integer), 9, 'z', 9), ('no time', 1, 1, 'a', 1)
    ) as given (order_id, updated_at, arrived_on, source_file, source_position)

),

ranked as (

    select
        *,
        {{ latest_version_rank(['order_id']) }} as recency
    from copies

)

{{ differing_rows(
    "select order_id, updated_at, source_file, source_position from ranked where recency = 1",
    "select expected.order_id, expected.updated_at, expected.source_file, expected.source_position
    from (values
        ('stale comes later', 5, 'a', 1), ('equal versions', 5, 'a', 2), ('no time', 1, 'a', 1)
    ) as expected (order_id, updated_at, source_file, source_position)"
) }}
