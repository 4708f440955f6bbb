{#- Net promoter score of one journey: its columns are those of the other KPI models (store_kpis.sql). A respondent scores 1,
    0 or -1, so that the figure is the mean of scores. The interval of a mean takes (squares - n mean^2) / (n (n - 1)), that
    of a net promoter score (p + d - (p - d)^2) / n, which is the same with n for n - 1: the squares go in accordingly. -#}
{% macro nps_kpi(kpi_code, journey) %}
with counts as (

    select
        *,
        promoter_count - detractor_count as net_count,
        {{ safe_ratio('(promoter_count - detractor_count) * (promoter_count - detractor_count)', 'respondent_count') }}
            as explained_squares
    from {{ ref('int_people__nps_counts') }}
    where journey = '{{ journey }}'

)

select
    cast('{{ kpi_code }}' as string) as kpi_code,
    cast(business_date as date) as business_date,
    cast(grain as string) as grain,
    cast(area as string) as area,
    cast(store_id as string) as store_id,
    cast('all' as string) as channel,
    cast(net_count as double) as numerator,
    cast(respondent_count as double) as denominator,
    explained_squares
    + (promoter_count + detractor_count - explained_squares)
    * {{ safe_ratio('respondent_count - 1', 'respondent_count') }} as numerator_squares,
    cast(respondent_count as bigint) as observations,
    cast(is_suppressed as boolean) as is_suppressed
from counts
{% endmacro %}
