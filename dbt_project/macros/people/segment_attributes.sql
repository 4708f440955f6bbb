{#- What the conditions of segments (seed segments) may ask about, columns of int_people__segment_attributes: kind number,
    boolean or text, and whether it is health data. No list of a person's conditions is among them, so that no special disease
    can become a tag. -#}
{% macro segment_attributes() %}
    {{ return([
        {'name': 'completed_order_count', 'kind': 'number', 'is_health': false},
        {'name': 'days_since_first_order', 'kind': 'number', 'is_health': false},
        {'name': 'days_since_last_order', 'kind': 'number', 'is_health': false},
        {'name': 'margin_to_date_yuan', 'kind': 'number', 'is_health': false},
        {'name': 'recency_score', 'kind': 'number', 'is_health': false},
        {'name': 'frequency_score', 'kind': 'number', 'is_health': false},
        {'name': 'monetary_score', 'kind': 'number', 'is_health': false},
        {'name': 'alive_probability', 'kind': 'number', 'is_health': false},
        {'name': 'expected_margin_12m_yuan', 'kind': 'number', 'is_health': false},
        {'name': 'home_cabinet_item_count', 'kind': 'number', 'is_health': true},
        {'name': 'life_stage', 'kind': 'text', 'is_health': true},
        {'name': 'pregnancy_week', 'kind': 'number', 'is_health': true},
        {'name': 'baby_age_months', 'kind': 'number', 'is_health': true},
        {'name': 'has_hypertension', 'kind': 'boolean', 'is_health': true},
        {'name': 'has_diabetes', 'kind': 'boolean', 'is_health': true},
        {'name': 'medicine_class_count', 'kind': 'number', 'is_health': true},
        {'name': 'is_adherent', 'kind': 'boolean', 'is_health': true},
        {'name': 'days_to_next_refill', 'kind': 'number', 'is_health': true},
        {'name': 'is_blood_pressure_controlled', 'kind': 'boolean', 'is_health': true},
        {'name': 'is_glucose_controlled', 'kind': 'boolean', 'is_health': true},
        {'name': 'fasting_glucose_mmol_per_litre', 'kind': 'number', 'is_health': true},
        {'name': 'hba1c_percent', 'kind': 'number', 'is_health': true},
        {'name': 'risk_tier', 'kind': 'text', 'is_health': true},
    ]) }}
{% endmacro %}

{#- Operators that the conditions of segments may use, by the kind of attribute. -#}
{% macro segment_operators() %}
    {{ return({
        'number': ['at_least', 'at_most', 'above', 'below'],
        'boolean': ['is_true', 'is_false'],
        'text': ['equals', 'differs'],
    }) }}
{% endmacro %}

{#- An attribute's value as a number (1 and 0 for true and false), and as a text; null where it is the other. -#}
{% macro attribute_number(attribute) -%}
    {%- if attribute.kind == 'number' -%}
        cast({{ attribute.name }} as double)
    {%- elif attribute.kind == 'boolean' -%}
        cast(case when {{ attribute.name }} then 1 else 0 end as double)
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}

{% macro attribute_text(attribute) -%}
    {{ attribute.name if attribute.kind == 'text' else 'cast(null as string)' }}
{%- endmacro %}
