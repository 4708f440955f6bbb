{#- True or false, never null. -#}
{{ differing_cases([
    ['the same', differs("1", "1"), "false"],
    ['another', differs("1", "2"), "true"],
    ['null is like null', differs("cast(null as integer)", "cast(null as integer)"), "false"],
    ['null is like nothing else', differs("cast(null as integer)", "2"), "true"],
    ['nothing else is like null', differs("1", "cast(null as integer)"), "true"]
]) }}
