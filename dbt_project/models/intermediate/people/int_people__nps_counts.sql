{{ config(materialized='table') }}

{#- Journeys are counted apart: nothing that is shown adds them up, so that neither gives the other away. -#}
{% set journeys = ['o2o_purchase', 'community_service'] %}
with respondents as (

    select
        closed_months.month_end_date as business_date,
        responses.journey,
        responses.store_id,
        responses.respondent,
        responses.is_promoter,
        responses.is_passive,
        responses.is_detractor
    from {{ ref('int_people__survey_responses') }} as responses
    inner join {{ ref('int_people__closed_months') }} as closed_months
        on responses.answered_on between closed_months.month_start_date and closed_months.month_end_date
    where responses.is_last_of_month

),

{% for journey in journeys %}
{{ journey }}_respondents as (

    select * from respondents
    where journey = '{{ journey }}'

),

{{ journey }}_counts as (

    {{ suppressed_people_counts(
        journey ~ '_respondents',
        {
            'promoter_count': 'is_promoter',
            'passive_count': 'is_passive',
            'detractor_count': 'is_detractor',
        },
        'respondent'
    ) }}

),

{% endfor %}
counts as (

    {% for journey in journeys %}
    select
        '{{ journey }}' as journey,
        grain,
        area,
        store_id,
        business_date,
        people_count,
        promoter_count,
        passive_count,
        detractor_count,
        is_suppressed
    from {{ journey }}_counts
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

shares as (

    select
        *,
        {{ safe_ratio('promoter_count - detractor_count', 'people_count') }} as net_promoter_score,
        {{ safe_ratio('promoter_count + detractor_count', 'people_count') }} as outspoken_share
    from counts

),

-- Variance of a mean score of -1, 0 and 1: (p + d - (p - d)^2) / n.
spread as (

    select
        shares.*,
        parameters.normal_score * {{ square_root(
            'greatest(' ~ safe_ratio(
                'shares.outspoken_share - shares.net_promoter_score * shares.net_promoter_score', 'shares.people_count'
            ) ~ ', cast(0 as double))'
        ) }} as half_width
    from shares
    cross join {{ ref('int_people__loyalty_parameters') }} as parameters

),

final as (

    select
        journey,
        grain,
        area,
        store_id,
        business_date,
        people_count as respondent_count,
        promoter_count,
        passive_count,
        detractor_count,
        net_promoter_score,
        net_promoter_score - half_width as net_promoter_lower_score,
        net_promoter_score + half_width as net_promoter_upper_score,
        is_suppressed
    from spread

)

select * from final
