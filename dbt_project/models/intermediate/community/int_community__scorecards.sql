{{ config(materialized='table') }}

{#- Every pharmacist with every figure of every month; what may not be shown is left out here. Ranks follow from
    intervals that hold together: who is surely better is who has the whole interval on the better side (M. Klein,
    T. Wright and J. Wieczorek, A joint confidence region for an overall ranking of populations, Journal of the Royal
    Statistical Society C 69 (2020), 589-606, with Bonferroni's bound over those who are ranked). So each bound is there
    twice: for the reader, and for the ranking. -#}
{% set purposes = [('shown', 'normal_score'), ('ranking', 'ranking_score')] %}
with months as (

    select * from {{ ref('int_community__scorecard_months') }}

),

communities as (

    select * from {{ ref('stg_communities__communities') }}
    where pharmacist_id is not null

),

scorecard_figures as (

    select * from {{ ref('scorecard_figures') }}

),

activity as (

    select * from {{ ref('int_community__pharmacist_activity') }}

),

improvements as (

    select * from {{ ref('int_community__patient_improvements') }}

),

repurchases as (

    select * from {{ ref('int_community__repurchases') }}

),

parameters as (

    select * from {{ ref('int_community__parameters') }}

),

frame as (

    select
        months.month_start_date,
        months.month_end_date,
        pharmacists.pharmacist_id,
        scorecard_figures.figure_code,
        scorecard_figures.unit as figure_unit,
        parameters.normal_score,
        parameters.tail_probability,
        parameters.smallest_shown_count,
        parameters.smallest_compared_group
    from (select distinct pharmacist_id from communities) as pharmacists
    cross join months
    cross join scorecard_figures
    cross join parameters

),

compared as (

    select
        month_end_date,
        pharmacist_id,
        figure_code,
        mean_difference as figure_value,
        standard_error,
        degrees_of_freedom,
        people_count,
        unattached_count as compared_people_count,
        cast(null as bigint) as returning_member_count,
        cast(null as bigint) as returning_outsider_count
    from improvements
    union all
    select
        month_end_date,
        pharmacist_id,
        'repurchase_difference' as figure_code,
        {{ safe_ratio('returning_member_count', 'member_count') }}
        - {{ safe_ratio('returning_outsider_count', 'outsider_count') }} as figure_value,
        cast(null as double) as standard_error,
        cast(null as bigint) as degrees_of_freedom,
        member_count as people_count,
        outsider_count as compared_people_count,
        returning_member_count,
        returning_outsider_count
    from repurchases

),

judged as (

    select
        frame.*,
        coalesce(compared.figure_value, activity.figure_value) as figure_value,
        activity.lower_bound,
        activity.upper_bound,
        activity.observation_count,
        coalesce(compared.people_count, activity.people_count) as people_count,
        compared.compared_people_count,
        compared.standard_error,
        compared.degrees_of_freedom,
        compared.returning_member_count,
        compared.returning_outsider_count,
        compared.pharmacist_id is not null as is_compared,
        case
            when compared.pharmacist_id is null and activity.pharmacist_id is null then 'no_data'
            -- As few people as that are not told by how often they wrote either.
            when activity.people_count between 1 and frame.smallest_shown_count - 1 then 'small_group'
            when compared.pharmacist_id is null then null
            when
                compared.people_count < frame.smallest_compared_group
                or compared.compared_people_count < frame.smallest_compared_group
                or compared.returning_member_count between 1 and frame.smallest_shown_count - 1
                or compared.people_count - compared.returning_member_count
                between 1 and frame.smallest_shown_count - 1
                or compared.returning_outsider_count between 1 and frame.smallest_shown_count - 1
                or compared.compared_people_count - compared.returning_outsider_count
                between 1 and frame.smallest_shown_count - 1
                then 'small_group'
            when compared.figure_value is null then 'no_data'
        end as not_shown_reason
    from frame
    left join compared
        on
            frame.month_end_date = compared.month_end_date
            and frame.pharmacist_id = compared.pharmacist_id
            and frame.figure_code = compared.figure_code
    left join activity
        on
            frame.month_end_date = activity.month_end_date
            and frame.pharmacist_id = activity.pharmacist_id
            and frame.figure_code = activity.figure_code

),

counted as (

    select
        *,
        is_compared and not_shown_reason is null as is_ranked,
        count(*) filter (where is_compared and not_shown_reason is null) over (
            partition by month_end_date, figure_code
        ) as ranked_count,
        {{ safe_ratio('returning_member_count', 'people_count') }} as member_rate,
        {{ safe_ratio('returning_outsider_count', 'compared_people_count') }} as outsider_rate
    from judged

),

tailed as (

    select
        *,
        1 - {{ safe_ratio('tail_probability', 'ranked_count') }} as ranking_probability
    from counted

),

scored as (

    select
        *,
        {{ normal_quantile('ranking_probability') }} as ranking_score
    from tailed

),

proportioned as (

    select
        *,
        {% for purpose, score in purposes %}
        {% for side, count, total in [
            ('member', 'returning_member_count', 'people_count'),
            ('outsider', 'returning_outsider_count', 'compared_people_count')
        ] %}
        {{ side }}_rate as {{ purpose }}_{{ side }}_rate,
        {{ wilson_bound(count, total, score, 'lower') }} as {{ purpose }}_{{ side }}_rate_lower,
        {{ wilson_bound(count, total, score, 'upper') }} as {{ purpose }}_{{ side }}_rate_upper,
        {% endfor %}
        {% endfor %}
        standard_error * ({{ student_quantile('normal_score', 'degrees_of_freedom') }}) as shown_half_width,
        standard_error * ({{ student_quantile('ranking_score', 'degrees_of_freedom') }}) as ranking_half_width
    from scored

),

bounded as (

    select
        *,
        {{ figure_bound('shown', 'lower') }} as shown_lower,
        {{ figure_bound('shown', 'upper') }} as shown_upper,
        {{ figure_bound('ranking', 'lower') }} as ranking_lower,
        {{ figure_bound('ranking', 'upper') }} as ranking_upper
    from proportioned

),

ranks as (

    select
        bounded.month_end_date,
        bounded.pharmacist_id,
        bounded.figure_code,
        1 + count(*) filter (where others.ranking_lower > bounded.ranking_upper) as best_rank,
        count(*) - count(*) filter (where others.ranking_upper < bounded.ranking_lower) as worst_rank
    from bounded
    inner join bounded as others
        on
            bounded.month_end_date = others.month_end_date
            and bounded.figure_code = others.figure_code
    where
        bounded.is_ranked
        and others.is_ranked
    group by bounded.month_end_date, bounded.pharmacist_id, bounded.figure_code

),

final as (

    select
        bounded.month_start_date,
        bounded.month_end_date,
        bounded.pharmacist_id,
        bounded.figure_code,
        bounded.figure_unit,
        case when bounded.not_shown_reason is null then bounded.figure_value end as figure_value,
        coalesce(bounded.shown_lower, bounded.lower_bound) as lower_bound,
        coalesce(bounded.shown_upper, bounded.upper_bound) as upper_bound,
        case when bounded.not_shown_reason is null then bounded.observation_count end as observation_count,
        case when bounded.not_shown_reason is null then bounded.people_count end as people_count,
        case when bounded.not_shown_reason is null then bounded.compared_people_count end as compared_people_count,
        ranks.best_rank,
        ranks.worst_rank,
        case when bounded.is_ranked then bounded.ranked_count end as ranked_count,
        bounded.not_shown_reason
    from bounded
    left join ranks
        on
            bounded.month_end_date = ranks.month_end_date
            and bounded.pharmacist_id = ranks.pharmacist_id
            and bounded.figure_code = ranks.figure_code

)

select * from final
