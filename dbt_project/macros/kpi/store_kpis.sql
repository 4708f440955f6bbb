{#- Bodies of the KPI models. Each has the columns kpi_code, business_date, grain, area, store_id, channel, numerator,
    denominator, numerator_squares, observations, is_suppressed. A row stands for at least one record, so that a count in the
    denominator is never 0; an amount may be, and the figure is then null. -#}

{#- Share of records: of the rows where `counted` holds, those where `hit` holds; per day, store and channel. -#}
{% macro share_kpi(kpi_code, facts, day_column, hit, counted) %}
with facts as (

    select * from {{ facts }}

),

per_store as (

    select
        {{ day_column }} as business_date,
        store_id,
        channel,
        count(*) filter (where {{ hit }}) as hit_count,
        count(*) as counted_count
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
    cast(hit_count as double) as numerator,
    cast(counted_count as double) as denominator,
    cast(null as double) as numerator_squares,
    cast(counted_count as bigint) as observations,
    cast(false as boolean) as is_suppressed
from per_store
{% endmacro %}

{#- Total of an amount over the rows where `counted` holds; per day, store and channel. The sum of squares is what an
    interval of the total needs. -#}
{% macro total_kpi(kpi_code, facts, day_column, amount, counted) %}
with facts as (

    select * from {{ facts }}

),

per_store as (

    select
        {{ day_column }} as business_date,
        store_id,
        channel,
        sum({{ amount }}) as total_amount,
        -- Squared as decimals: the sum is then the same whatever the order of the rows.
        sum({{ amount }} * {{ amount }}) as squared_amount,
        count(*) as counted_count
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
    cast(total_amount as double) as numerator,
    cast(null as double) as denominator,
    cast(squared_amount as double) as numerator_squares,
    cast(counted_count as bigint) as observations,
    cast(false as boolean) as is_suppressed
from per_store
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

{#- Sum of one amount over the sum of another, over the rows where `counted` holds; per day, store and channel. With
    `base` 1 it is a mean, and the sum of squares is what its interval needs; a quotient of two amounts of the same
    records has no interval from these sums, since the two vary together. -#}
{% macro quotient_kpi(kpi_code, facts, day_column, amount, base, counted) %}
with facts as (

    select * from {{ facts }}

),

per_store as (

    select
        {{ day_column }} as business_date,
        store_id,
        channel,
        sum({{ amount }}) as total_amount,
        sum({{ base }}) as total_base,
        -- Squared as decimals: the sum is then the same whatever the order of the rows.
        {% if base == '1' %}sum({{ amount }} * {{ amount }}){% else %}null{% endif %} as squared_amount,
        count(*) as counted_count
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
    cast(total_amount as double) as numerator,
    cast(total_base as double) as denominator,
    cast(squared_amount as double) as numerator_squares,
    cast(counted_count as bigint) as observations,
    cast(false as boolean) as is_suppressed
from per_store
{% endmacro %}
