{#- 2 x^2 - 3 x + 1, and a constant. -#}
{{ differing_cases([
    ['a square', horner('cast(4 as double)', ['2', '-3', '1']), "cast(21 as double)"],
    ['a sum as argument', horner('1 + 1', ['1', '0']), "cast(2 as double)"],
    ['a constant', horner('cast(4 as double)', ['7']), "cast(7 as double)"]
]) }}
