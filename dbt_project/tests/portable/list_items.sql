{#- One row per element, repeats among them; a null or empty list gives none. -#}
{% set list_of = "split('b,a,b', ',')" if target.type == 'spark' else "string_split('b,a,b', ',')" %}
{% set no_list = "cast(null as array<string>)" if target.type == 'spark' else "cast(null as varchar[])" %}
{% set empty_list = "cast(array() as array<string>)" if target.type == 'spark' else "cast([] as varchar[])" %}
{{ differing_rows(
    "select lists.record_number, " ~ list_items("lists.items") ~ " as item from (
        select 1 as record_number, " ~ list_of ~ " as items
        union all
        select 2 as record_number, " ~ empty_list ~ " as items
        union all
        select 3 as record_number, " ~ no_list ~ " as items
    ) as lists",
    "select expected.record_number, expected.item
    from (values (1, 'a'), (1, 'b'), (1, 'b')) as expected (record_number, item)"
) }}
