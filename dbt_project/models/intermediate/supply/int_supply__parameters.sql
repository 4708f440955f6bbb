{#- Every parameter that a supply model reads: a column each, so that a missing one is an error and not a null join. -#}
{% set parameter_codes = [
    'forecast_window_days',
    'demand_history_days',
    'forecast_horizon_days',
    'smoothing_alpha',
    'promoted_line_share',
    'new_series_days',
    'intermittent_interval_days',
    'erratic_squared_variation',
] %}

with parameters as (

    select * from {{ ref('supply_parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

in_force as (

    select
        parameters.parameter_code,
        parameters.value,
        row_number() over (partition by parameters.parameter_code order by parameters.valid_from desc) as recency
    from parameters
    cross join as_of
    where parameters.valid_from <= as_of.as_of_date

),

final as (

    select
        {% for parameter_code in parameter_codes -%}
        max(value) filter (where parameter_code = '{{ parameter_code }}') as {{ parameter_code }}
        {%- if not loop.last %},
        {% endif -%}
        {% endfor %}
    from in_force
    where recency = 1

)

select * from final
