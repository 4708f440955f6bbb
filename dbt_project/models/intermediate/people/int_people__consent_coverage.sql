{{ config(materialized='table') }}

{#- All purposes are one cell: they share the number of members, and what one of them shows of it must not open
    another. -#}
{% set counts = {} %}
{% for purpose in consent_purposes() %}
{% do counts.update({purpose ~ '_count': 'consents_to_' ~ purpose}) %}
{% endfor %}
{{ suppressed_people_counts(ref('int_people__active_members'), counts) }}
