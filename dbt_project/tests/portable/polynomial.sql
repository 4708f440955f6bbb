{#- 1 - 3 x + 2 x^2, and a constant. -#}
{{ differing_cases([
    ['a square', polynomial('cast(4 as double)', ['1', '-3', '2']), "cast(21 as double)"],
    ['a sum as argument', polynomial('1 + 1', ['0', '1']), "cast(2 as double)"],
    ['a constant', polynomial('cast(4 as double)', ['7']), "cast(7 as double)"]
]) }}
