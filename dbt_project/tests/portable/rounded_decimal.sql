{#- A cast alone rounds the halves of doubles differently. -#}
{{ differing_cases([
    ['half up', rounded_decimal("cast(0.125 as double)", 18, 2), "cast(0.13 as decimal(18, 2))"],
    ['half below zero', rounded_decimal("cast(-2.5 as double)", 18, 0), "cast(-3 as decimal(18, 0))"],
    ['many digits', rounded_decimal("cast(1234567.891 as double)", 18, 2), "cast(1234567.89 as decimal(18, 2))"],
    ['null stays null', rounded_decimal("cast(null as double)", 18, 2), "cast(null as decimal(18, 2))"]
]) }}
