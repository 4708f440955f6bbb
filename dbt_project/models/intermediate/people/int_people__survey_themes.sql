{{ config(materialized='table') }}

{#- A theme, and what is left without it, are shown from the least count that may be. Themes overlap, so that no sum
    of them tells of another one. -#}
with responses as (

    select * from {{ ref('int_people__survey_responses') }}
    where is_last_written_of_month

),

closed_months as (

    select * from {{ ref('int_people__closed_months') }}

),

themes as (

    select * from {{ ref('survey_themes') }}

),

parameters as (

    select * from {{ ref('int_people__loyalty_parameters') }}

),

limits as (

    select * from {{ ref('people_count_limits') }}
    where limit_name = 'smallest_shown_count'

),

answers as (

    select
        closed_months.month_end_date as business_date,
        responses.journey,
        responses.score,
        responses.theme_codes
    from responses
    inner join closed_months
        on responses.answered_on between closed_months.month_start_date and closed_months.month_end_date

),

theme_names as (

    select
        theme_code,
        max(case when language = 'zh' then theme_name end) as theme_name_zh,
        max(case when language = 'en' then theme_name end) as theme_name_en,
        max(case when language = 'zh' then example end) as example_zh,
        max(case when language = 'en' then example end) as example_en
    from themes
    group by theme_code

),

counted as (

    select
        answers.business_date,
        answers.journey,
        theme_names.theme_code,
        theme_names.theme_name_zh,
        theme_names.theme_name_en,
        theme_names.example_zh,
        theme_names.example_en,
        count(*) as answer_count,
        count(*) filter (where {{ list_has('answers.theme_codes', 'theme_names.theme_code') }}) as theme_answer_count,
        sum(case when {{ list_has('answers.theme_codes', 'theme_names.theme_code') }} then answers.score else 0 end)
            as theme_score
    from answers
    cross join theme_names
    group by
        answers.business_date,
        answers.journey,
        theme_names.theme_code,
        theme_names.theme_name_zh,
        theme_names.theme_name_en,
        theme_names.example_zh,
        theme_names.example_en

),

judged as (

    select
        counted.*,
        parameters.normal_score,
        counted.answer_count < limits.limit_value
        or counted.theme_answer_count between 1 and limits.limit_value - 1
        or counted.answer_count - counted.theme_answer_count between 1 and limits.limit_value - 1 as is_suppressed
    from counted
    cross join parameters
    cross join limits

),

final as (

    select
        theme_code,
        journey,
        business_date,
        theme_name_zh,
        theme_name_en,
        example_zh,
        example_en,
        case when not is_suppressed then answer_count end as answer_count,
        case when not is_suppressed then theme_answer_count end as theme_answer_count,
        case when not is_suppressed then {{ safe_ratio('theme_answer_count', 'answer_count') }} end as theme_share_rate,
        case
            when not is_suppressed
                then {{ wilson_bound('theme_answer_count', 'answer_count', 'normal_score', 'lower') }}
        end as theme_share_lower_rate,
        case
            when not is_suppressed
                then {{ wilson_bound('theme_answer_count', 'answer_count', 'normal_score', 'upper') }}
        end as theme_share_upper_rate,
        case when not is_suppressed then {{ safe_ratio('theme_score', 'theme_answer_count') }} end as theme_mean_score,
        is_suppressed
    from judged

)

select * from final
