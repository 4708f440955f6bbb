{#- The feeds that staging loads. A feed is in the books once it is here and has stg_<feed>__file_counts; the books do
    not balance for a feed that is missing. -#}
{% macro staged_feeds() %}
    {{ return([
        'assortment',
        'calendar',
        'communities',
        'community_activity',
        'community_events',
        'consents',
        'content',
        'delivery_claims',
        'health_measurements',
        'identity_decisions',
        'inventory',
        'iot_readings',
        'loyalty',
        'members',
        'offers',
        'orders',
        'prescriptions',
        'products',
        'purchase_orders',
        'sensors',
        'service_tickets',
        'signal_decisions',
        'staff',
        'stores',
        'suppliers',
        'surveys',
    ]) }}
{% endmacro %}

{#- The staged feeds whose records point at other records, and so have stg_<feed>__orphans. -#}
{% macro staged_feeds_with_references() %}
    {{ return([
        'assortment',
        'communities',
        'community_activity',
        'community_events',
        'content',
        'delivery_claims',
        'health_measurements',
        'inventory',
        'iot_readings',
        'loyalty',
        'members',
        'orders',
        'prescriptions',
        'purchase_orders',
        'sensors',
        'service_tickets',
        'signal_decisions',
        'staff',
        'surveys',
    ]) }}
{% endmacro %}
