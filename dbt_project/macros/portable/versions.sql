{#- One row per record: the latest version wins; of equal versions the one that arrived last. The order is total, so
    the winner does not depend on the order in which files were loaded. -#}
{% macro latest_version_rank(key_columns) -%}
    row_number() over (
        partition by {{ key_columns | join(', ') }}
        order by updated_at desc, arrived_on desc, source_file desc, source_position desc
    )
{%- endmacro %}

{#- 1 for the copy of a version that arrived first; every further copy is a repeat. -#}
{% macro copy_rank(version_columns) -%}
    row_number() over (
        partition by {{ version_columns | join(', ') }}
        order by arrived_on asc, source_file asc, source_position asc
    )
{%- endmacro %}

{#- Latest version seen among the copies that arrived before this one; null for the first. An older version than this
    is stale: it arrived after a newer one. -#}
{% macro newest_version_before(key_columns) -%}
    max(updated_at) over (
        partition by {{ key_columns | join(', ') }}
        order by arrived_on asc, source_file asc, source_position asc
        rows between unbounded preceding and 1 preceding
    )
{%- endmacro %}
