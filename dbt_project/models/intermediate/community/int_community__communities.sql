with communities as (

    select * from {{ ref('stg_communities__communities') }}

),

memberships as (

    select * from {{ ref('int_community__memberships') }}

),

parameters as (

    select * from {{ ref('int_community__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

members as (

    select
        memberships.community_id,
        count(distinct memberships.external_user_token) as member_count
    from memberships
    cross join as_of
    where
        memberships.joined_on <= as_of.as_of_date
        and (memberships.left_on is null or memberships.left_on > as_of.as_of_date)
    group by memberships.community_id

),

final as (

    select
        communities.community_id,
        communities.community_name_zh,
        communities.community_name_en,
        communities.community_kind,
        communities.store_id,
        communities.pharmacist_id,
        communities.started_on,
        coalesce(members.member_count, 0) as member_count,
        parameters.smallest_shown_count,
        as_of.as_of_date
    from communities
    cross join parameters
    cross join as_of
    left join members on communities.community_id = members.community_id

)

select * from final
