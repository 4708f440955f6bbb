{#- Query that numbers runs of consecutive days: the rows of a CTE with a column run_number, the same for days that follow
    each other without a gap within the same keys. -#}
{% macro day_runs(rows, key_columns, day_column) %}
    select
        *,
        sum(case when days_since_last = 1 then 0 else 1 end) over (
            partition by {{ key_columns | join(', ') }}
            order by {{ day_column }} nulls last
            rows between unbounded preceding and current row
        ) as run_number
    from (
        select
            *,
            {{ days_between(
                'lag(' ~ day_column ~ ') over (partition by ' ~ key_columns | join(', ') ~ ' order by ' ~ day_column ~ ' nulls last)',
                day_column
            ) }} as days_since_last
        from {{ rows }}
    ) as dated
{% endmacro %}
