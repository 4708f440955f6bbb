{{ config(**incremental_by_day('occurred_on', 'stg_community_activity__touched_days')) }}

with event_copies as (

    select
        *,
        {{ local_date(utc_timestamp('occurred_at')) }} as occurred_on
    from {{ source('lake', 'community_activity') }}

),

communities as (

    select * from {{ ref('stg_communities__communities') }}

),

recomputed as (

    {{ records_of_touched_days(
        'event_copies', 'event_id', 'occurred_on', ref('stg_community_activity__touched_days')
    ) }}

),

received as (

    select
        recomputed.*,
        case when communities.community_id is null then 'unknown_community' end as unknown_reference
    from recomputed
    left join communities on recomputed.community_id = communities.community_id

),

judged as (

    {{ judged_records('received', ['event_id']) }}

),

final as (

    select
        event_id,
        community_id,
        external_user_token,
        unionid_token,
        phone_token,
        token_key_id,
        kind as activity_kind,
        pharmacist_id,
        reference_id,
        {{ utc_timestamp('occurred_at') }} as occurred_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        arrived_on,
        source_file,
        source_position,
        file_id,
        verdict,
        is_current,
        occurred_on
    from judged
    where {{ is_touched_day('occurred_on', ref('stg_community_activity__touched_days')) }}

)

select * from final
