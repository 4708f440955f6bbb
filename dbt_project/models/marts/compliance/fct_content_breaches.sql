with breaches as (

    select * from {{ ref('int_compliance__content_breaches') }}

),

final as (

    select
        cast(content_id as string) as content_id,
        cast(rule_code as string) as rule_code,
        cast(rule_name_zh as string) as rule_name_zh,
        cast(rule_name_en as string) as rule_name_en,
        cast(matched_words as string) as matched_words,
        cast(legal_source as string) as legal_source,
        cast(is_sent as boolean) as is_sent,
        cast(sent_at as timestamp) as sent_at,
        cast(created_on as date) as created_on
    from breaches

)

select * from final
