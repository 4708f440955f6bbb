{#- Up to the level; in whole cases; never less than the minimum; no more cases than fit; always one smallest order. -#}
{{ differing_cases([
    ['up to the level', order_quantity('3', '10', 'cast(null as bigint)', '1', '1'), "7"],
    ['in whole cases', order_quantity('3', '10', 'cast(null as bigint)', '5', '1'), "10"],
    ['not below the minimum', order_quantity('9', '10', 'cast(null as bigint)', '1', '4'), "4"],
    ['the minimum in whole cases', order_quantity('9', '10', 'cast(null as bigint)', '6', '8'), "12"],
    ['as many cases as fit', order_quantity('3', '10', '12', '5', '1'), "5"],
    ['one case even where none fits', order_quantity('3', '4', '4', '10', '1'), "10"],
    ['what is owed is ordered too', order_quantity('-2', '10', '10', '1', '1'), "12"]
]) }}
