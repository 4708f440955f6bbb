with entries as (

    select * from {{ ref('int_people__points_entries') }}

),

final as (

    select
        cast(entry_id as string) as entry_id,
        cast(person_token as string) as person_token,
        cast(member_token as string) as member_token,
        cast(entry_kind as string) as entry_kind,
        cast(entry_reason as string) as entry_reason,
        cast(points as bigint) as points,
        cast(points_change as bigint) as points_change,
        cast(opening_balance_points as bigint) as opening_balance_points,
        cast(closing_balance_points as bigint) as closing_balance_points,
        cast(order_id as string) as order_id,
        cast(occurred_at as timestamp) as occurred_at,
        cast(occurred_on as date) as occurred_on,
        cast(expires_on as date) as expires_on,
        cast(rule_code as string) as rule_code,
        cast(finding_zh as string) as finding_zh,
        cast(finding_en as string) as finding_en,
        cast(updated_at as timestamp) as updated_at
    from entries

)

select * from final
