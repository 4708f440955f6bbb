{#- Join of a row (alias, with anchor_date, forecast_method, level_quantity, expected_demand_days) to the calibration that
    holds for it. -#}
{% macro is_calibrated_by(row, calibration) -%}
    {{ row }}.anchor_date = {{ calibration }}.anchor_date
    and {{ row }}.forecast_method = {{ calibration }}.forecast_method
    and least(greatest({{ demand_cell(row ~ '.level_quantity') }}, -70), 140) = {{ calibration }}.level_cell
    and {{ row }}.expected_demand_days >= {{ calibration }}.demand_days_from
    and ({{ row }}.expected_demand_days < {{ calibration }}.demand_days_to or {{ calibration }}.demand_days_to is null)
{%- endmacro %}

{#- A figure of the calibration, brought from the middle of its cell to the level of the row where figures are relative. -#}
{% macro at_level(figure, row) -%}
    {{ figure }} * coalesce({{ safe_ratio(row ~ '.level_quantity', 'calibration.scaled_level') }}, 1)
{%- endmacro %}
