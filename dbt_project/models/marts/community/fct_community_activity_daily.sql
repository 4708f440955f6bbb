{{ config(**incremental_by_day('business_date', 'int_community__touched_days')) }}

with events as (

    select * from {{ ref('int_community__events') }}
    where {{ is_touched_day('occurred_on', ref('int_community__touched_days')) }}

),

final as (

    select
        cast(community_id as string) as community_id,
        cast(store_id as string) as store_id,
        cast(activity_kind as string) as activity_kind,
        cast(count(*) as bigint) as event_count,
        cast(count(distinct external_user_token) as bigint) as member_count,
        cast(occurred_on as date) as business_date
    from events
    group by community_id, store_id, activity_kind, occurred_on

)

select * from final
