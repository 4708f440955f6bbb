{{ config(**incremental_by_day('created_on', 'stg_content__touched_days')) }}

{{ current_rows(
    versions=ref('stg_content__versions'),
    touched_days=ref('stg_content__touched_days'),
    record_key='content_id',
    part=source('lake', 'content_reviews'),
    columns=[
        'part.review_number',
        'part.reviewer_id',
        utc_timestamp('part.reviewed_at') ~ ' as reviewed_at',
        'part.result as review_result',
        'part.reason as review_reason'
    ],
    day_column='created_on'
) }}
