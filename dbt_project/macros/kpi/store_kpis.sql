{#- Bodies of the KPI models. Each has the columns kpi_code, business_date, grain, area, store_id, channel, numerator,
    denominator, numerator_squares, observations, is_suppressed. A row stands for at least one record, so that a count in the
    denominator is never 0; an amount may be, and the figure is then null. -#}

{#- Sums over the rows of `facts` where `counted` holds; per day, store and channel. -#}
{% macro store_kpi(kpi_code, facts, day_column, counted, numerator, denominator, numerator_squares) %}
with facts as (

    select * from {{ facts }}

),

per_store as (

    select
        {{ day_column }} as business_date,
        store_id,
        channel,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator,
        {{ numerator_squares }} as numerator_squares,
        count(*) as observations
    from facts
    where {{ counted }}
    group by {{ day_column }}, store_id, channel

)

select
    cast('{{ kpi_code }}' as string) as kpi_code,
    cast(business_date as date) as business_date,
    cast('store' as string) as grain,
    cast('all' as string) as area,
    cast(store_id as string) as store_id,
    cast(channel as string) as channel,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(numerator_squares as double) as numerator_squares,
    cast(observations as bigint) as observations,
    cast(false as boolean) as is_suppressed
from per_store
{% endmacro %}

{#- Share of records: of the rows where `counted` holds, those where `hit` holds. -#}
{% macro share_kpi(kpi_code, facts, day_column, hit, counted) %}
{{ store_kpi(kpi_code, facts, day_column, counted, 'count(*) filter (where ' ~ hit ~ ')', 'count(*)', 'null') }}
{% endmacro %}

{#- Total of an amount over the rows where `counted` holds. The sum of squares is what an interval of the total needs; it
    is one of decimals, and so the same whatever the order of the rows. -#}
{% macro total_kpi(kpi_code, facts, day_column, amount, counted) %}
{{ store_kpi(
    kpi_code, facts, day_column, counted, 'sum(' ~ amount ~ ')', 'null', 'sum(' ~ amount ~ ' * ' ~ amount ~ ')'
) }}
{% endmacro %}

{#- Mean of an amount over the rows where `counted` holds; the sum of squares is what its interval needs. -#}
{% macro mean_kpi(kpi_code, facts, day_column, amount, counted) %}
{{ store_kpi(
    kpi_code, facts, day_column, counted, 'sum(' ~ amount ~ ')', 'count(*)', 'sum(' ~ amount ~ ' * ' ~ amount ~ ')'
) }}
{% endmacro %}

{#- Sum of one amount over the sum of another, over the rows where `counted` holds. It has no interval from such sums, since
    the two amounts of a record vary together. -#}
{% macro quotient_kpi(kpi_code, facts, day_column, amount, base, counted) %}
{{ store_kpi(kpi_code, facts, day_column, counted, 'sum(' ~ amount ~ ')', 'sum(' ~ base ~ ')', 'null') }}
{% endmacro %}

{#- Quantile of the minutes of one leg, at every grain. fraction: '50' or '90'. The variance of the estimate stands where the
    sum of squares of a total does, which is the variance of that. -#}
{% macro quantile_kpi(kpi_code, leg, fraction) %}
with quantiles as (

    select * from {{ ref('int_delivery__leg_quantiles') }}

)

select
    cast('{{ kpi_code }}' as string) as kpi_code,
    cast(business_date as date) as business_date,
    cast(grain as string) as grain,
    cast(area as string) as area,
    cast(store_id as string) as store_id,
    cast('all' as string) as channel,
    cast(minutes_p{{ fraction }} as double) as numerator,
    cast(null as double) as denominator,
    cast(variance_p{{ fraction }} as double) as numerator_squares,
    cast(delivery_count as bigint) as observations,
    cast(false as boolean) as is_suppressed
from quantiles
where leg = '{{ leg }}'
{% endmacro %}
