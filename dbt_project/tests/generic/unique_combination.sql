{#- Fails for each combination of the columns that occurs more than once, or holds a null: it is not a key then. In the
    columns named nullable, null is a value like any other. -#}
{% test unique_combination(model, columns, nullable=[]) %}

select
    {{ columns | join(', ') }},
    count(*) as occurrence_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns if column not in nullable -%}
        or {{ column }} is null
    {% endfor %}

{% endtest %}
