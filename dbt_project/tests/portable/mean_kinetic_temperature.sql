{#- Published check: readings of 4, 4, 4, 4 and 16 degrees give 8.109 (their arithmetic mean is 6.4). -#}
{% set four = kinetic_term('cast(4 as double)', 'cast(10000 as double)') %}
{% set sixteen = kinetic_term('cast(16 as double)', 'cast(10000 as double)') %}
{% set mean = safe_ratio('4 * ' ~ four ~ ' + ' ~ sixteen, '5') %}
{{ differing_cases([
    [
        'published mean',
        rounded(mean_kinetic_temperature(mean, 'cast(10000 as double)'), 3),
        "cast(8.109 as double)"
    ],
    [
        'one temperature',
        rounded(mean_kinetic_temperature(four, 'cast(10000 as double)'), 6),
        "cast(4 as double)"
    ],
    [
        'nothing measured',
        mean_kinetic_temperature('cast(null as double)', 'cast(10000 as double)'),
        "cast(null as double)"
    ]
]) }}
