{#- Values of the loss table of E. A. Silver, D. F. Pyke and R. Peterson, Inventory Management and Production
    Planning and Scheduling, table B.1, to its four digits; a loss less its mirrored one is the score with its sign
    turned. -#}
{{ differing_cases([
    ['at the mean', rounded(standard_loss('cast(0 as double)'), 4), "cast(0.3989 as double)"],
    ['one above', rounded(standard_loss('cast(1 as double)'), 4), "cast(0.0833 as double)"],
    ['two above', rounded(standard_loss('cast(2 as double)'), 5), "cast(0.00849 as double)"],
    ['one below', rounded(standard_loss('cast(-1 as double)'), 4), "cast(1.0833 as double)"]
]) }}
