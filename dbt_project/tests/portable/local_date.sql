{#- The business day ends at local midnight, 16:00 UTC in Shanghai. -#}
{{ differing_cases([
    ['last microsecond of the day', local_date("cast('2025-03-01 15:59:59.999999' as timestamp)", 'Asia/Shanghai'), "cast('2025-03-01' as date)"],
    ['midnight belongs to the new day', local_date("cast('2025-03-01 16:00:00' as timestamp)", 'Asia/Shanghai'), "cast('2025-03-02' as date)"],
    ['into the leap day', local_date("cast('2024-02-28 16:00:00' as timestamp)", 'Asia/Shanghai'), "cast('2024-02-29' as date)"],
    ['out of the leap day', local_date("cast('2024-02-29 16:00:00' as timestamp)", 'Asia/Shanghai'), "cast('2024-03-01' as date)"],
    ['into a new year', local_date("cast('2024-12-31 16:00:00' as timestamp)", 'Asia/Shanghai'), "cast('2025-01-01' as date)"],
    ['west of Greenwich', local_date("cast('2025-03-01 04:59:59' as timestamp)", 'America/New_York'), "cast('2025-02-28' as date)"],
    ['a day of 23 hours ends an hour earlier', local_date("cast('2025-03-10 04:00:00' as timestamp)", 'America/New_York'), "cast('2025-03-10' as date)"],
    ['before 1970', local_date("cast('1969-12-31 15:59:59' as timestamp)", 'Asia/Shanghai'), "cast('1969-12-31' as date)"],
    ['null stays null', local_date("cast(null as timestamp)", 'Asia/Shanghai'), "cast(null as date)"]
]) }}
