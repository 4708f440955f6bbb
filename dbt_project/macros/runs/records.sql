{#- What becomes of each received record, in one place, so that every feed's books are kept alike.

    versions: name of a CTE with one row per received copy of a record: the key columns, updated_at, arrived_on,
    source_file, source_position and unknown_reference (the rule that the copy breaks because it points at nothing
    known, or null). Adds
      verdict      the broken rule | 'repeated' | 'stale' | 'accepted'
      is_current   the copy that the marts show: the latest version among the copies that point at known things.
    A copy that points at nothing known is set aside before the others are compared, so that the right one, sent later
    under the same version, is not taken for a repeat of it. -#}
{% macro judged_records(versions, key_columns) %}
    select
        *,
        case
            when unknown_reference is not null then unknown_reference
            when {{ copy_rank(key_columns + ['updated_at', 'unknown_reference']) }} > 1 then 'repeated'
            when updated_at < {{ newest_version_before(key_columns + ['unknown_reference']) }} then 'stale'
            else 'accepted'
        end as verdict,
        unknown_reference is null
        and {{ latest_version_rank(key_columns + ['unknown_reference']) }} = 1 as is_current
    from {{ versions }}
{% endmacro %}

{#- The received copies of every record that has one on a touched day: whole records, not only their rows of those days,
    for what becomes of a copy depends on the other copies.

    copies: name of a CTE with one row per received copy; touched_days: the relation of the days to compute again. -#}
{% macro records_of_touched_days(copies, record_key, day_column, touched_days) %}
    select *
    from {{ copies }}
    where
        {{ record_key }} in (
            select touched.{{ record_key }}
            from {{ copies }} as touched
            where {{ is_touched_day('touched.' ~ day_column, touched_days) }}
        )
{% endmacro %}

{#- Predicate on rows with a verdict: the copy points at nothing known; its verdict is the rule it breaks. -#}
{% macro is_orphan() %}verdict not in ('accepted', 'repeated', 'stale'){% endmacro %}

{#- The counts that every stg_<feed>__file_counts shows, over rows with a verdict. -#}
{% macro verdict_counts() %}
        count(*) filter (where verdict = 'accepted') as accepted_count,
        count(*) filter (where verdict = 'repeated') as repeated_count,
        count(*) filter (where verdict = 'stale') as stale_count,
        count(*) filter (where {{ is_orphan() }}) as orphan_count
{%- endmacro %}
