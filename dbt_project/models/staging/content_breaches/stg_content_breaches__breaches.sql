with breaches as (

    select * from {{ source('model_assets', 'content_breaches') }}

),

final as (

    select
        content_id,
        rule_code,
        matched_words
    from breaches

)

select * from final
