with themes as (

    select * from {{ ref('int_people__survey_themes') }}

),

final as (

    select
        cast(business_date as date) as business_date,
        cast(journey as string) as journey,
        cast(theme_code as string) as theme_code,
        cast(theme_name_zh as string) as theme_name_zh,
        cast(theme_name_en as string) as theme_name_en,
        cast(example_zh as string) as example_zh,
        cast(example_en as string) as example_en,
        cast(answer_count as bigint) as answer_count,
        cast(theme_answer_count as bigint) as theme_answer_count,
        cast(theme_share_rate as double) as theme_share_rate,
        cast(theme_share_lower_rate as double) as theme_share_lower_rate,
        cast(theme_share_upper_rate as double) as theme_share_upper_rate,
        cast(theme_mean_score as double) as theme_mean_score,
        cast(is_suppressed as boolean) as is_suppressed
    from themes

)

select * from final
