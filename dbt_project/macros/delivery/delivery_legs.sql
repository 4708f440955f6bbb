{#- Legs of a delivery, each with its minutes in <leg>_minutes; the last is the whole way. -#}
{% macro delivery_legs() %}{{ return(['accept', 'pick', 'handover', 'ride', 'delivery']) }}{% endmacro %}
