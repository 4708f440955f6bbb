with memberships as (

    select * from {{ ref('int_community__memberships') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

final as (

    select
        cast(memberships.community_id as string) as community_id,
        cast(memberships.store_id as string) as store_id,
        cast(memberships.external_user_token as string) as external_user_token,
        cast(memberships.person_token as string) as person_token,
        cast(memberships.joined_at as timestamp) as joined_at,
        cast(memberships.left_at as timestamp) as left_at,
        cast(memberships.joined_on as date) as joined_on,
        cast(memberships.left_on as date) as left_on,
        cast(
            memberships.joined_on <= as_of.as_of_date
            and (memberships.left_on is null or memberships.left_on > as_of.as_of_date) as boolean
        ) as is_member_now
    from memberships
    cross join as_of

)

select * from final
