{#- Query with one row per location x storage class that the location ranges articles of and has no climate point for,
    with the first day on which such an article is ranged and the last one (null while it is open). Where in the house they
    lie nobody says; the points that are there must keep for them too.

    rooms, ranges, products: names of CTEs with location_id, storage_class; location_id, sku_id, ranged_from, ranged_to;
    sku_id, storage_class. -#}
{% macro roomless_classes(rooms, ranges, products) %}
    select
        {{ ranges }}.location_id,
        {{ products }}.storage_class,
        min({{ ranges }}.ranged_from) as first_stored_on,
        case when count({{ ranges }}.ranged_to) = count(*) then max({{ ranges }}.ranged_to) end as last_stored_on
    from {{ ranges }}
    inner join {{ products }} on {{ ranges }}.sku_id = {{ products }}.sku_id
    where
        {{ products }}.storage_class is not null
        and not exists (
            select 1
            from {{ rooms }}
            where
                {{ rooms }}.location_id = {{ ranges }}.location_id
                and {{ rooms }}.storage_class = {{ products }}.storage_class
        )
    group by {{ ranges }}.location_id, {{ products }}.storage_class
{% endmacro %}
