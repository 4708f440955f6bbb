{#- Body of a singular test on literals. cases: lists of name, expression, expected expression. Gives the cases in which
    the two differ, null being a value like any other. -#}
{% macro differing_cases(cases) %}
    {% for name, expression, expected in cases %}
    select
        '{{ name }}' as case_name,
        cast({{ expression }} as string) as actual,
        cast({{ expected }} as string) as expected
    where ({{ expression }}) is distinct from ({{ expected }})
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
{% endmacro %}

{#- The same for queries: the rows that only one of two queries gives, with repetition. -#}
{% macro differing_rows(actual, expected) %}
    select
        'only given' as side,
        given.*
    from (({{ actual }}) except all ({{ expected }})) as given
    union all
    select
        'only expected' as side,
        missing.*
    from (({{ expected }}) except all ({{ actual }})) as missing
{% endmacro %}
