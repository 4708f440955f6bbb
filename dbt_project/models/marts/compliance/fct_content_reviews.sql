with pieces as (

    select * from {{ ref('int_compliance__content_pieces') }}

),

breaches as (

    select * from {{ ref('int_compliance__content_breaches') }}

),

broken_rules as (

    select
        content_id,
        count(*) as broken_rule_count,
        {{ joined_text("rule_name_zh || '（' || matched_words || '）'", '；', 'rule_code') }} as finding_zh,
        {{ joined_text("rule_name_en || ' (' || matched_words || ')'", '; ', 'rule_code') }} as finding_en
    from breaches
    group by content_id

),

final as (

    select
        cast(pieces.content_id as string) as content_id,
        cast(pieces.content_kind as string) as content_kind,
        cast(pieces.content_channel as string) as content_channel,
        cast(pieces.author_id as string) as author_id,
        cast(pieces.sku_id as string) as sku_id,
        cast(pieces.approval_number as string) as approval_number,
        cast(pieces.audience_tag as string) as audience_tag,
        cast(pieces.created_at as timestamp) as created_at,
        cast(pieces.approved_at as timestamp) as approved_at,
        cast(pieces.approving_reviewer_id as string) as approving_reviewer_id,
        cast(pieces.sent_at as timestamp) as sent_at,
        cast(pieces.sent_on as date) as sent_on,
        cast(pieces.is_sent as boolean) as is_sent,
        cast(pieces.is_prechecked as boolean) as is_prechecked,
        cast(coalesce(broken_rules.broken_rule_count, 0) as integer) as broken_rule_count,
        cast(broken_rules.finding_zh as string) as finding_zh,
        cast(broken_rules.finding_en as string) as finding_en,
        cast(pieces.created_on as date) as created_on
    from pieces
    left join broken_rules on pieces.content_id = broken_rules.content_id

)

select * from final
