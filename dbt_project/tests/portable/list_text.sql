{#- In the order of the list, which a text made by an aggregate would have to be given. -#}
{% set list_of = "split('b,a,,c', ',')" if target.type == 'spark' else "string_split('b,a,,c', ',')" %}
{% set no_list = "cast(null as array<string>)" if target.type == 'spark' else "cast(null as varchar[])" %}
{% set empty_list = "cast(array() as array<string>)" if target.type == 'spark' else "cast([] as varchar[])" %}
{{ differing_cases([
    ['order and empty texts are kept', list_text(list_of, ', '), "'b, a, , c'"],
    ['empty list', list_text(empty_list, ', '), "''"],
    ['null list', list_text(no_list, ', '), "cast(null as string)"]
]) }}
