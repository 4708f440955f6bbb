{{ config(materialized='table') }}

with pieces as (

    select * from {{ ref('stg_content__pieces') }}

),

reviews as (

    select * from {{ ref('stg_content__reviews') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

-- What was said last before sending, or so far.
ranked_decisions as (

    select
        reviews.*,
        row_number() over (
            partition by reviews.content_id
            order by reviews.reviewed_at desc nulls last, reviews.review_number desc nulls last
        ) as recency
    from reviews
    inner join pieces on reviews.content_id = pieces.content_id
    where
        pieces.sent_at is null
        or reviews.reviewed_at <= pieces.sent_at

),

final as (

    select
        pieces.content_id,
        pieces.content_kind,
        pieces.content_channel,
        pieces.author_id,
        pieces.content_text,
        pieces.sku_id,
        products.product_name_zh,
        products.prescription_class,
        pieces.approval_number,
        pieces.audience_tag,
        pieces.created_at,
        case when ranked_decisions.review_result = 'approved' then ranked_decisions.reviewed_at end as approved_at,
        case
            when ranked_decisions.review_result = 'approved' then ranked_decisions.reviewer_id
        end as approving_reviewer_id,
        pieces.sent_at,
        {{ local_date('pieces.sent_at') }} as sent_on,
        pieces.sent_at is not null as is_sent,
        case
            when pieces.sent_at is not null then coalesce(ranked_decisions.review_result = 'approved', false)
        end as is_prechecked,
        pieces.created_on
    from pieces
    left join ranked_decisions
        on
            pieces.content_id = ranked_decisions.content_id
            and ranked_decisions.recency = 1
    left join products on pieces.sku_id = products.sku_id

)

select * from final
