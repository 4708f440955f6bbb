{#- The value of each code of a seed that is in force on the as-of day, one row per code.

    seed: relation with value, valid_from and the codes in code_column. -#}
{% macro values_in_force(seed, code_column) %}
    select
        {{ code_column }},
        value
    from (
        select
            codes.{{ code_column }},
            codes.value,
            row_number() over (partition by codes.{{ code_column }} order by codes.valid_from desc) as recency
        from {{ seed }} as codes
        cross join {{ ref('int_ingest__as_of') }} as as_of
        where codes.valid_from <= as_of.as_of_date
    ) as dated
    where recency = 1
{% endmacro %}
