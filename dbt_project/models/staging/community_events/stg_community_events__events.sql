{{ config(materialized='table') }}

with versions as (

    select * from {{ ref('stg_community_events__versions') }}

),

final as (

    select
        community_event_id,
        community_id,
        kind as event_kind,
        topic as event_topic,
        pharmacist_id,
        {{ utc_timestamp('starts_at') }} as starts_at,
        {{ utc_timestamp('ends_at') }} as ends_at,
        status as event_status,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
