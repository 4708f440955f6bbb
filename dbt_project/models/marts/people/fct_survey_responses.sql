with responses as (

    select * from {{ ref('int_people__survey_responses') }}
    where {{ has_consent('person_token', ['research']) }}

),

final as (

    select
        cast(response_id as string) as response_id,
        cast(person_token as string) as person_token,
        cast(journey as string) as journey,
        cast(store_id as string) as store_id,
        cast(order_id as string) as order_id,
        cast(community_id as string) as community_id,
        cast(score as integer) as score,
        cast({{ list_text('theme_codes', ', ') }} as string) as theme_codes,
        cast(answer_language as string) as answer_language,
        cast(answer_length as integer) as answer_length,
        cast(theme_rules_id as string) as theme_rules_id,
        cast(answered_at as timestamp) as answered_at,
        cast(updated_at as timestamp) as updated_at
    from responses

)

select * from final
