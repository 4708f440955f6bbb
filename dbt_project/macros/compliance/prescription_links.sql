{#- The links of the chain from doctor to patient, one boolean column each: true, false, or null where the data cannot tell.
    Their words are in the seed prescription_links. -#}
{% macro prescription_links() %}
    {{ return([
        'is_prescription_known',
        'is_prescription_valid',
        'is_quantity_covered',
        'is_doctor_licensed',
        'is_doctor_in_scope',
        'is_approved_before_dispensing',
        'is_pharmacist_licensed',
        'is_pharmacist_on_duty',
        'is_delivery_traced',
    ]) }}
{% endmacro %}
