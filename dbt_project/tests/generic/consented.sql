{#- Fails for each row about a person who does not consent to each of the purposes as of the as-of day. -#}
{% test consented(model, person, purposes) %}

select {{ person }}
from {{ model }}
where not coalesce({{ has_consent(person, purposes) }}, false)

{% endtest %}
