{#- Never null, so that it can stand in a filter and below a not. -#}
{% set list_of = "split('a,b,', ',')" if target.type == 'spark' else "string_split('a,b,', ',')" %}
{% set no_list = "cast(null as array<string>)" if target.type == 'spark' else "cast(null as varchar[])" %}
{% set empty_list = "cast(array() as array<string>)" if target.type == 'spark' else "cast([] as varchar[])" %}
{{ differing_cases([
    ['there', list_has(list_of, "'b'"), "true"],
    ['an empty text is an item', list_has(list_of, "''"), "true"],
    ['not there', list_has(list_of, "'c'"), "false"],
    ['empty list', list_has(empty_list, "'a'"), "false"],
    ['null list', list_has(no_list, "'a'"), "false"],
    ['null item', list_has(list_of, "cast(null as string)"), "false"]
]) }}
