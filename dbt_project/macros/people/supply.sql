{#- Supply at hand as packs come in. What a pack adds begins when all earlier supply has been used up: an overlap is shifted
    forward, an early refill carries over. -#}

{#- Window expression: number of the first day without supply once the row's packs are used up. With days d and day numbers
    f of the fills, the end of fill i is max(f_i, end of fill i - 1) + d_i, which unrolls to the sum of d up to i plus the
    greatest f_j less the sum of d before j, j up to i.

    filled_day_number: column with the number of the day; supply_days: column with the days that the packs last; supply_before:
    column with their sum over the earlier rows (see supply_so_far); keys: columns that a supply belongs to. -#}
{% macro supply_end(filled_day_number, supply_days, supply_before, keys) -%}
    {{ supply_before }} + {{ supply_days }}
    + max({{ filled_day_number }} - {{ supply_before }}) over ({{ rows_so_far(keys, [filled_day_number]) }})
{%- endmacro %}

{#- Window expression: days of supply of the earlier rows. -#}
{% macro supply_so_far(filled_day_number, supply_days, keys) -%}
    sum({{ supply_days }}) over ({{ rows_so_far(keys, [filled_day_number]) }}) - {{ supply_days }}
{%- endmacro %}
