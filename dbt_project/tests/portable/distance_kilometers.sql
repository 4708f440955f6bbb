{#- A quarter of a meridian, half an equator, no distance; and the airports of Nashville and Los Angeles, the worked
    example of the haversine formula on Rosetta Code: 2886.444 km on a sphere of 6371 km. -#}
{{ differing_cases([
    ['equator to pole', rounded(distance_kilometers('cast(0 as double)', 'cast(113 as double)', 'cast(90 as double)', 'cast(7 as double)'), 3), "cast(10007.557 as double)"],
    ['to the other side', rounded(distance_kilometers('cast(0 as double)', 'cast(-90 as double)', 'cast(0 as double)', 'cast(90 as double)'), 3), "cast(20015.114 as double)"],
    ['the same point', distance_kilometers('cast(23.1 as double)', 'cast(113.2 as double)', 'cast(23.1 as double)', 'cast(113.2 as double)'), "cast(0 as double)"],
    ['two airports', rounded(distance_kilometers('cast(36.12 as double)', 'cast(-86.67 as double)', 'cast(33.94 as double)', 'cast(-118.40 as double)'), 2), "cast(2886.45 as double)"],
    ['null stays null', distance_kilometers('cast(null as double)', 'cast(0 as double)', 'cast(0 as double)', 'cast(0 as double)'), "cast(null as double)"]
]) }}
