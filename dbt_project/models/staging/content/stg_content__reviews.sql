{{ config(**incremental_by_day('created_on', 'stg_content__touched_days')) }}

with current_versions as (

    select *
    from {{ ref('stg_content__versions') }}
    where
        is_current
        and {{ is_touched_day('created_on', ref('stg_content__touched_days')) }}

),

copies as (

    select * from {{ source('lake', 'content_reviews') }}

),

final as (

    select
        copies.content_id,
        copies.review_number,
        copies.reviewer_id,
        {{ utc_timestamp('copies.reviewed_at') }} as reviewed_at,
        copies.result as review_result,
        copies.reason as review_reason,
        current_versions.created_on
    from current_versions
    inner join copies
        on
            current_versions.arrived_on = copies.arrived_on
            and current_versions.source_file = copies.source_file
            and current_versions.source_position = copies.source_position

)

select * from final
