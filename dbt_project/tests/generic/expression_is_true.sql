{#- Fails for each row where the expression is false or null. On a column the expression is what follows its name. -#}
{% test expression_is_true(model, expression, column_name=none, where=none) %}

select *
from {{ model }}
where
    not coalesce({% if column_name %}{{ column_name }} {% endif %}{{ expression }}, false)
    {% if where %}
        and {{ where }}
    {% endif %}

{% endtest %}
