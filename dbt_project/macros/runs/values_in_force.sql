{#- The rows of a seed that are in force on the as-of day, one per key.

    seed: relation with valid_from. key_columns: what tells its rows apart but for valid_from. -#}
{% macro rows_in_force(seed, key_columns) %}
    select dated.*
    from {{ seed }} as dated
    cross join {{ ref('int_ingest__as_of') }} as as_of
    where dated.valid_from <= as_of.as_of_date
    qualify
        row_number() over (
            partition by {{ 'dated.' ~ key_columns | join(', dated.') }} order by dated.valid_from desc nulls last
        ) = 1
{% endmacro %}

{#- The value of each code of a seed that is in force on the as-of day, one row per code.

    seed: relation with value, valid_from and the codes in code_column. -#}
{% macro values_in_force(seed, code_column) %}
    select
        {{ code_column }},
        value
    from (
        {{ rows_in_force(seed, [code_column]) }}
    ) as in_force
{% endmacro %}
