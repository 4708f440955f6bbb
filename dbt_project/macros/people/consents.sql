{#- The purposes that a person may consent to, in the order of the seed processing_purposes; a test compares the two. -#}
{% macro consent_purposes() %}
    {{ return(['care', 'profiling', 'marketing', 'research', 'health_data']) }}
{% endmacro %}

{#- Predicate: the person consents to each of the purposes as of the as-of day. False for nobody in particular.

    person: expression of a person_token; purposes: list of purposes that need consent, those of the model's
    config.meta.purposes. -#}
{% macro has_consent(person, purposes) -%}
{{ person }} in (
    select consented.person_token
    from {{ ref('int_people__consents_in_force') }} as consented
    where consented.purpose in ('{{ purposes | join("', '") }}')
    group by consented.person_token
    having count(distinct consented.purpose) = {{ purposes | length }}
)
{%- endmacro %}
