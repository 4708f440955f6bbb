{#- Lists of literals are made by splitting a text, which both engines spell alike only in this test. -#}
{% set list_of = "split('a,b,,a', ',')" if target.type == 'spark' else "string_split('a,b,,a', ',')" %}
{% set no_list = "cast(null as array<string>)" if target.type == 'spark' else "cast(null as varchar[])" %}
{% set empty_list = "cast(array() as array<string>)" if target.type == 'spark' else "cast([] as varchar[])" %}
{{ differing_cases([
    ['repeats and empty texts count', "cast(" ~ list_length(list_of) ~ " as bigint)", "cast(4 as bigint)"],
    ['empty list', "cast(" ~ list_length(empty_list) ~ " as bigint)", "cast(0 as bigint)"],
    ['a null list has no length', "cast(" ~ list_length(no_list) ~ " as bigint)", "cast(null as bigint)"]
]) }}
