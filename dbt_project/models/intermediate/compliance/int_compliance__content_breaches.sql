with breaches as (

    select * from {{ ref('stg_content_breaches__breaches') }}

),

rules as (

    select * from {{ ref('content_rules') }}

),

pieces as (

    select * from {{ ref('int_compliance__content_pieces') }}

),

final as (

    select
        breaches.content_id,
        breaches.rule_code,
        rules.rule_name_zh,
        rules.rule_name_en,
        breaches.matched_words,
        rules.source as legal_source,
        pieces.is_sent,
        pieces.sent_at,
        pieces.created_on
    from breaches
    inner join pieces on breaches.content_id = pieces.content_id
    inner join rules
        on
            breaches.rule_code = rules.rule_code
            and pieces.created_on >= rules.valid_from

)

select * from final
