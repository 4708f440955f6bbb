with memberships as (

    select * from {{ ref('int_people__memberships') }}

),

final as (

    select
        cast(member_token as string) as member_token,
        cast(person_token as string) as person_token,
        cast(home_store_id as string) as home_store_id,
        cast(registered_on as date) as registered_on,
        cast(tier_code as string) as tier_code,
        cast(tier_name_zh as string) as tier_name_zh,
        cast(tier_name_en as string) as tier_name_en,
        cast(tier_reached_on as date) as tier_reached_on,
        cast(crm_tier_code as string) as crm_tier_code,
        cast(qualifying_points as bigint) as qualifying_points,
        cast(balance_points as bigint) as balance_points,
        cast(expiring_points as bigint) as expiring_points,
        cast(points_expire_on as date) as points_expire_on,
        cast(benefits_zh as string) as benefits_zh,
        cast(benefits_en as string) as benefits_en,
        cast(ledger_finding_count as bigint) as ledger_finding_count,
        cast(as_of_date as date) as as_of_date
    from memberships

)

select * from final
