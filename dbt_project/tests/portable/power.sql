{#- A double, whatever is put in; null instead of infinity and what is no number. -#}
{{ differing_cases([
    ['whole numbers', power('2', '10'), "cast(1024 as double)"],
    ['a root', rounded(power('cast(2 as bigint)', 'cast(0.5 as decimal(3, 1))'), 12), "cast(1.414213562373 as double)"],
    ['anything to the zeroth', power('0', '0'), "cast(1 as double)"],
    ['one by zero', power('0', '-1'), "cast(null as double)"],
    ['too large', power('10', '400'), "cast(null as double)"],
    ['root of a negative number', power('-8', 'cast(0.5 as double)'), "cast(null as double)"],
    ['null stays null', power('cast(null as double)', '2'), "cast(null as double)"]
]) }}
