{#- Body of a staging model of what hangs on a document: the rows of one lake table that came with the current copies of
    the records of the touched days. The configuration stays in the model.

    versions, touched_days: refs of the feed's stg_<feed>__versions and stg_<feed>__touched_days;
    part: source of the lake table; columns: select-list entries of that table, whose alias is `part`. -#}
{% macro current_rows(versions, touched_days, record_key, part, columns, day_column) %}
with current_versions as (

    select *
    from {{ versions }}
    where
        is_current
        and {{ is_touched_day(day_column, touched_days) }}

),

final as (

    select
        part.{{ record_key }},
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        current_versions.{{ day_column }}
    from current_versions
    inner join {{ part }} as part
        on
            current_versions.{{ record_key }} = part.{{ record_key }}
            and current_versions.arrived_on = part.arrived_on
            and current_versions.source_file = part.source_file
            and current_versions.source_position = part.source_position

)

select * from final
{% endmacro %}
