with scorecards as (

    select * from {{ ref('int_community__scorecards') }}

),

final as (

    select
        cast(month_start_date as date) as month_start_date,
        cast(pharmacist_id as string) as pharmacist_id,
        cast(figure_code as string) as figure_code,
        cast(figure_unit as string) as figure_unit,
        cast(figure_value as double) as figure_value,
        cast(lower_bound as double) as lower_bound,
        cast(upper_bound as double) as upper_bound,
        cast(observation_count as bigint) as observation_count,
        cast(people_count as bigint) as scored_people_count,
        cast(compared_people_count as bigint) as compared_people_count,
        cast(best_rank as bigint) as best_rank,
        cast(worst_rank as bigint) as worst_rank,
        cast(ranked_count as bigint) as ranked_count,
        cast(not_shown_reason as string) as not_shown_reason
    from scorecards

)

select * from final
