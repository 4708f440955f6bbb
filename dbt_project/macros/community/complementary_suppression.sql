{#- Which parts of a whole are held back. parts: name of a CTE with part, whole, business_date, member_count,
    active_count, is_small (shows a small count itself) and is_whole_held_back. Adds is_held_back:
      - the small parts;
      - where exactly one part of a shown whole is small, the next smallest too: the difference would show the first;
      - where a whole is held back and no part of it, its smallest part: their sum would show the whole. -#}
{% macro complementary_suppression(parts) %}
    select
        *,
        is_small
        or (
            size_rank = 1
            and (
                (small_part_count = 1 and not is_whole_held_back)
                or (small_part_count = 0 and is_whole_held_back)
            )
        ) as is_held_back
    from (
        select
            *,
            count(*) filter (where is_small) over (partition by whole, business_date) as small_part_count,
            row_number() over (
                partition by whole, business_date, is_small
                order by member_count nulls last, active_count nulls last, part nulls last
            ) as size_rank
        from {{ parts }}
    ) as ranked
{% endmacro %}
