{#- Which parts of a whole are held back, and how many of them: the small ones and, smallest first, as many more as it
    takes that nothing small follows from what is shown.

    parts: name of a CTE with part, whole, business_date, people_count, store_count (stores that these people are at home
    in), limit_value (least count that is shown), is_small, is_whole_held_back and the columns of `counts`. Adds
    is_held_back.

      - In a whole that is shown, what is held back together is the difference of what is shown. Each of its counts must
        be 0 or large, which a small part's alone never are, and it must be more people than stores: every store that has
        a row has somebody, so that eleven people in eleven stores would be one in each.
      - In a whole that is held back, its parts must not give it away. Parts go until what they hold back is, count by
        count, large or all that the whole has; then it is as good a cover for others as the whole itself. -#}
{% macro complementary_suppression(parts, counts) %}
{%- set whole_parts = 'partition by whole, business_date' -%}
{%- set smallest_first -%}
{{ whole_parts }} order by case when is_small then 0 else 1 end nulls last, people_count nulls last, part nulls last
{%- endset -%}
{%- set so_far = smallest_first ~ ' rows between unbounded preceding and current row' -%}
    select
        *,
        size_rank <= held_back_part_count as is_held_back
    from (
        select
            *,
            case
                when small_part_count = 0 and not is_whole_held_back then 0
                else coalesce(min(case when is_enough then size_rank end) over ({{ whole_parts }}), part_count)
            end as held_back_part_count
        from (
            select
                *,
                size_rank >= small_part_count
                and case
                    when is_whole_held_back
                        then
                            {% for count in counts %}
                            (held_{{ count }} >= limit_value or held_{{ count }} = all_{{ count }})
                            and
                            {% endfor %}
                            (held_people_count > held_store_count or size_rank = part_count)
                    else
                        {% for count in counts %}
                        (held_{{ count }} = 0 or held_{{ count }} >= limit_value)
                        and
                        {% endfor %}
                        held_people_count > held_store_count
                end as is_enough
            from (
                select
                    *,
                    row_number() over ({{ smallest_first }}) as size_rank,
                    count(*) over ({{ whole_parts }}) as part_count,
                    sum(case when is_small then 1 else 0 end) over ({{ whole_parts }}) as small_part_count,
                    {% for count in counts %}
                    sum({{ count }}) over ({{ so_far }}) as held_{{ count }},
                    sum({{ count }}) over ({{ whole_parts }}) as all_{{ count }},
                    {% endfor %}
                    sum(people_count) over ({{ so_far }}) as held_people_count,
                    sum(store_count) over ({{ so_far }}) as held_store_count
                from {{ parts }}
            ) as ranked
        ) as judged
    ) as counted
{% endmacro %}
