{#- Where one community of a store has few members, none of the store shows how many it has: the store's people are
    counted elsewhere, so that the one alone would follow. -#}
with communities as (

    select * from {{ ref('int_community__communities') }}

),

judged as (

    select
        *,
        max(case when member_count between 1 and smallest_shown_count - 1 then 1 else 0 end) over (
            partition by store_id
        ) = 1 as is_suppressed
    from communities

),

final as (

    select
        cast(community_id as string) as community_id,
        cast(community_name_zh as string) as community_name_zh,
        cast(community_name_en as string) as community_name_en,
        cast(community_kind as string) as community_kind,
        cast(store_id as string) as store_id,
        cast(pharmacist_id as string) as pharmacist_id,
        cast(started_on as date) as community_started_on,
        cast(case when not is_suppressed then member_count end as bigint) as community_member_count,
        cast(is_suppressed as boolean) as is_suppressed,
        cast(as_of_date as date) as as_of_date
    from judged

)

select * from final
