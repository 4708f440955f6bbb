{{ config(materialized='table') }}

{#- From joining to leaving. A second join without a leave between changes nothing; a leave without a join before it
    ends nothing. -#}
with comings_and_goings as (

    select
        *,
        lag(activity_kind) over (
            partition by community_id, external_user_token
            order by occurred_at nulls last, event_id nulls last
        ) as kind_before
    from {{ ref('int_community__events') }}
    where
        activity_kind in ('join', 'leave')
        and external_user_token is not null

),

changes as (

    select
        *,
        lead(occurred_at) over (
            partition by community_id, external_user_token
            order by occurred_at nulls last, event_id nulls last
        ) as changed_again_at
    from comings_and_goings
    where activity_kind is distinct from kind_before

),

final as (

    select
        community_id,
        store_id,
        external_user_token,
        occurred_at as joined_at,
        changed_again_at as left_at
    from changes
    where activity_kind = 'join'

)

select * from final
