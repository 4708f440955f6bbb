{{ config(**incremental_by_day('business_date', 'int_delivery__touched_window_days')) }}

{#- Median and 90th percentile of each leg over the trailing window of the catalogue, at every grain that is asked for.

    variance: of the quantile as an estimate. The order statistics of ranks np -+ z sqrt(np(1-p)) bound it at 95 % whatever
    the distribution (R. S. Woodruff, J. Am. Stat. Assoc. 47 (1952) 635); half their distance over z is its standard error.
    Null where such a rank lies outside the sample. -#}
{% set fractions = [('50', '0.5'), ('90', '0.9')] %}
{#- Two-sided normal score of 95 %. -#}
{% set score = '1.959964' %}
with leg_minutes as (

    select * from {{ ref('int_delivery__leg_minutes') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

catalogue as (

    select * from {{ ref('kpi_catalogue') }}
    where kpi_code = 'delivery_minutes_p50'

),

days as (

    select distinct placed_on as business_date
    from leg_minutes
    where {{ is_touched_day('placed_on', ref('int_delivery__touched_window_days')) }}

),

windowed as (

    select
        days.business_date,
        leg_minutes.leg,
        leg_minutes.leg_minutes,
        leg_minutes.store_id,
        locations.city_zh,
        locations.region_zh
    from days
    cross join catalogue
    inner join leg_minutes
        on
            days.business_date >= leg_minutes.placed_on
            and leg_minutes.placed_on > {{ add_days('days.business_date', '-catalogue.window_days') }}
    left join locations on leg_minutes.store_id = locations.location_id

),

placed as (

    {% for grain, area, store in [
        ('store', "'all'", 'store_id'), ('city', 'city_zh', "'all'"), ('region', 'region_zh', "'all'"),
        ('chain', "'all'", "'all'"),
    ] -%}
    select
        business_date,
        leg,
        leg_minutes,
        '{{ grain }}' as grain,
        {{ area }} as area,
        {{ store }} as store_id
    from windowed
    {% if grain in ('city', 'region') -%}
    where {{ area }} is not null
    {% endif -%}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

ranked as (

    select
        *,
        row_number() over (
            partition by business_date, leg, grain, area, store_id order by leg_minutes nulls last
        ) as minutes_rank,
        count(*) over (partition by business_date, leg, grain, area, store_id) as delivery_count
    from placed

),

bounded as (

    select
        *,
        {% for name, fraction in fractions -%}
        {% set spread -%}
        cast({{ score }} as double) * {{ square_root('delivery_count * ' ~ fraction ~ ' * (1 - ' ~ fraction ~ ')') }}
        {%- endset %}
        {{ integer_floor('cast(' ~ fraction ~ ' as double) * delivery_count - ' ~ spread) }} as low_rank_{{ name }},
        {{ integer_ceiling('cast(' ~ fraction ~ ' as double) * delivery_count + ' ~ spread) }} as high_rank_{{ name }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from ranked

),

bounds as (

    select
        leg,
        grain,
        area,
        store_id,
        count(*) as delivery_count,
        {% for name, fraction in fractions -%}
        {{ quantile('leg_minutes', fraction) }} as minutes_p{{ name }},
        max(leg_minutes) filter (where minutes_rank = low_rank_{{ name }}) as low_minutes_{{ name }},
        max(leg_minutes) filter (where minutes_rank = high_rank_{{ name }}) as high_minutes_{{ name }},
        {% endfor -%}
        business_date
    from bounded
    group by leg, grain, area, store_id, business_date

),

errors as (

    select
        *,
        {% for name, fraction in fractions -%}
        {{ safe_ratio('high_minutes_' ~ name ~ ' - low_minutes_' ~ name, '2 * ' ~ score) }} as standard_error_{{ name }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from bounds

),

final as (

    select
        leg,
        grain,
        area,
        store_id,
        delivery_count,
        minutes_p50,
        standard_error_50 * standard_error_50 as variance_p50,
        minutes_p90,
        standard_error_90 * standard_error_90 as variance_p90,
        business_date
    from errors

)

select * from final
