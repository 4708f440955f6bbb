{#- What stg_<feed>__touched_days are made of, in one place. -#}

{#- Query: the keys of a reference feed that came with this run alone. A record that pointed at one of them was set aside
    and comes in now. -#}
{% macro newly_known(copies, key_column) %}
    select {{ key_column }}
    from {{ copies }}
    group by {{ key_column }}
    having count(*) filter (where not {{ arrived_in_run() }}) = 0
{% endmacro %}

{#- Query with one row per local day (touched_day) on which a record lies that came with this run, or that reached_by (a
    list of predicates on the copies) says the run reaches in another way. All versions count: a record that moves from
    one day to another touches both.

    copies: name of a CTE with every received copy; day_of_copy: expression of the day on which a copy lies. -#}
{% macro days_of_touched_records(copies, key_column, day_of_copy, reached_by) %}
    select distinct {{ day_of_copy }} as touched_day
    from {{ copies }}
    where
        {{ key_column }} in (
            select {{ key_column }}
            from {{ copies }}
            where {{ arrived_in_run() }}
            {%- for predicate in reached_by %}
            union
            select {{ key_column }}
            from {{ copies }}
            where {{ predicate }}
            {%- endfor %}
        )
{% endmacro %}
