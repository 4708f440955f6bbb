{{ config(materialized='table') }}

{#- Split-conformal quantiles, pooled over like series (Lei et al. 2018, J. Am. Stat. Assoc. 113(523); Vovk et al. 2003
    for the taxonomy): what was wanted where a method expected about as much from demands about as frequent. Only windows that had
    passed when the week of the forecast began are used. -#}
{% set statistics = ['mean', 'sd'] %}
{% for suffix, probability in forecast_quantiles() %}{% do statistics.append('quantile_' ~ suffix) %}{% endfor %}

with backtest as (

    select * from {{ ref('int_supply__backtest_forecasts') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

anchors as (

    select distinct {{ week_start('forecast_date') }} as anchor_date from backtest
    union
    select {{ week_start('as_of_date') }} as anchor_date from as_of

),

known as (

    select
        anchors.anchor_date,
        backtest.location_id,
        backtest.sku_id,
        backtest.forecast_date,
        backtest.forecast_method,
        backtest.level_quantity,
        backtest.expected_demand_days,
        cast(backtest.observed_quantity as double) as observed_quantity,
        count(*) over (partition by anchors.anchor_date, backtest.forecast_method) as known_count,
        row_number() over (
            partition by anchors.anchor_date, backtest.forecast_method
            order by
                backtest.level_quantity nulls last,
                backtest.location_id nulls last,
                backtest.sku_id nulls last,
                backtest.forecast_date nulls last
        ) as level_rank
    from backtest
    cross join parameters
    inner join anchors
        on
            backtest.observed_date < anchors.anchor_date
            and {{ add_days('backtest.forecast_date', 'parameters.backtest_days') }} >= anchors.anchor_date

),

-- Levels of equal size; within each the demands are told apart by how frequent they are.
levelled as (

    select
        known.*,
        {{ integer_quotient(
            '(known.level_rank - 1) * ' ~ 'greatest(1, least(cast(parameters.calibration_bins as bigint), '
            ~ integer_floor(safe_ratio('known.known_count', '4 * parameters.calibration_cell_rows')) ~ '))',
            'known.known_count'
        ) }} as level_bin
    from known
    cross join parameters
    where known.known_count >= parameters.calibration_cell_rows

),

ranked as (

    select
        *,
        count(*) over bin as bin_count,
        {{ safe_ratio(exact_sum('level_quantity', 'bin'), 'count(*) over bin') }} as bin_level,
        row_number() over (
            partition by anchor_date, forecast_method, level_bin
            order by
                expected_demand_days nulls last,
                level_quantity nulls last,
                location_id nulls last,
                sku_id nulls last,
                forecast_date nulls last
        ) as frequency_rank
    from levelled
    window bin as (partition by anchor_date, forecast_method, level_bin)

),

grouped as (

    select
        ranked.anchor_date,
        ranked.forecast_method,
        ranked.level_bin,
        ranked.bin_level,
        ranked.expected_demand_days,
        -- A level of fast movers spans many quantities: there what was wanted is taken relative to what was expected.
        -- Slow movers ask for whole packs, which a scale would smear: one in a bin of fast movers is scaled from the
        -- least quantity that is, or what expected next to nothing would be blown up beyond all measure.
        ranked.observed_quantity * case
            when ranked.bin_level >= parameters.scaled_calibration_quantity
                then {{ safe_ratio(
                    'ranked.bin_level', 'greatest(ranked.level_quantity, parameters.scaled_calibration_quantity)'
                ) }}
            else 1
        end as observed_quantity,
        case
            when ranked.bin_count < 4 * parameters.calibration_cell_rows then 0
            else {{ integer_quotient('(ranked.frequency_rank - 1) * 4', 'ranked.bin_count') }}
        end as frequency_group
    from ranked
    cross join parameters

),

cells as (

    select
        anchor_date,
        forecast_method,
        level_bin,
        frequency_group,
        min(expected_demand_days) as least_demand_days,
        {% for suffix, probability in forecast_quantiles() %}
        {{ quantile('observed_quantity', probability) }} as quantile_{{ suffix }}_quantity,
        {% endfor %}
        {{ safe_ratio(exact_sum('observed_quantity'), 'count(*)') }} as mean_quantity,
        {{ square_root('greatest(' ~ safe_ratio(exact_sum('observed_quantity * observed_quantity'), 'count(*)')
            ~ ' - ' ~ safe_ratio(exact_sum('observed_quantity') ~ ' * ' ~ exact_sum('observed_quantity'), 'count(*) * count(*)')
            ~ ', 0)') }} as sd_quantity
    from grouped
    group by anchor_date, forecast_method, level_bin, frequency_group

),

bins as (

    select distinct
        anchor_date,
        forecast_method,
        level_bin,
        bin_level
    from grouped

),

frequency_groups as (

    {{ number_spine(0, 3, 'frequency_group') }}

),

-- A bin that is not told apart has its one cell four times.
filled as (

    select
        bins.anchor_date,
        bins.forecast_method,
        bins.level_bin,
        bins.bin_level,
        frequency_groups.frequency_group,
        {% for statistic in statistics %}
        coalesce(own.{{ statistic }}_quantity, whole.{{ statistic }}_quantity) as {{ statistic }}_quantity,
        {% endfor %}
        own.least_demand_days
    from bins
    cross join frequency_groups
    inner join cells as whole
        on
            bins.anchor_date = whole.anchor_date
            and bins.forecast_method = whole.forecast_method
            and bins.level_bin = whole.level_bin
            and whole.frequency_group = 0
    left join cells as own
        on
            bins.anchor_date = own.anchor_date
            and bins.forecast_method = own.forecast_method
            and bins.level_bin = own.level_bin
            and frequency_groups.frequency_group = own.frequency_group

),

bounded as (

    select
        *,
        -- The lowest and the highest group are open; a group that does not exist holds nothing.
        case when frequency_group = 0 then 0 else least_demand_days end as demand_days_from,
        lead(least_demand_days) over (
            partition by anchor_date, forecast_method, level_bin order by frequency_group nulls last
        ) as demand_days_to,
        {% for statistic in statistics %}
        lead({{ statistic }}_quantity) over (
            partition by anchor_date, forecast_method, frequency_group order by level_bin nulls last
        ) as next_{{ statistic }}_quantity,
        {% endfor %}
        lead(bin_level) over (
            partition by anchor_date, forecast_method, frequency_group order by level_bin nulls last
        ) as next_bin_level,
        level_bin = 0 as is_lowest
    from filled

),

grid as (

    {{ number_spine(-70, 140, 'level_cell') }}

),

grid_middles as (

    select
        level_cell,
        {{ demand_cell_middle('level_cell') }} as middle_level
    from grid

),

final as (

    select
        bounded.anchor_date,
        bounded.forecast_method,
        grid_middles.level_cell,
        bounded.frequency_group,
        bounded.demand_days_from,
        bounded.demand_days_to,
        {% for statistic in statistics %}
        case
            -- Below the lowest level nothing is known but what lies there; above the highest, demand grows with it.
            when grid_middles.middle_level < bounded.bin_level then bounded.{{ statistic }}_quantity
            when bounded.next_bin_level is null
                then
                    bounded.{{ statistic }}_quantity
                    * coalesce({{ safe_ratio('grid_middles.middle_level', 'bounded.bin_level') }}, 1)
            else
                bounded.{{ statistic }}_quantity
                + (bounded.next_{{ statistic }}_quantity - bounded.{{ statistic }}_quantity)
                * coalesce({{ safe_ratio(
                    'grid_middles.middle_level - bounded.bin_level', 'bounded.next_bin_level - bounded.bin_level'
                ) }}, 0)
        end as {{ statistic }}_quantity,
        {% endfor %}
        -- Where it is relative, the rest of the way from the middle of the cell is made up for by the reader.
        case
            when grid_middles.middle_level >= parameters.scaled_calibration_quantity then grid_middles.middle_level
        end as scaled_level
    from bounded
    cross join parameters
    inner join grid_middles
        on
            (bounded.bin_level <= grid_middles.middle_level or bounded.is_lowest)
            and (bounded.next_bin_level > grid_middles.middle_level or bounded.next_bin_level is null)
    where bounded.demand_days_from is not null

)

select * from final
