{#- Fails for each combination of the columns that occurs more than once, or holds a null: it is not a key then. -#}
{% test unique_combination(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as row_number_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns -%}
        or {{ column }} is null
    {% endfor %}

{% endtest %}
