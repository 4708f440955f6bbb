{{ config(materialized='table') }}

{#- Points are earned in lots, each with its last day; what is taken back with a refund makes the lot of that order
    smaller. First expiring are first spent: what is due on a day is what was earned to last until before it, less all that has been
    spent. An adjustment that belongs to no order puts right what has been spent. -#}
with entries as (

    select * from {{ ref('stg_loyalty__entries') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

rules as (

    select * from {{ ref('points_rules') }}

),

order_lots as (

    select
        member_token,
        order_id,
        max(expires_on) as expires_on
    from entries
    where
        entry_kind = 'earned'
        and order_id is not null
    group by member_token, order_id

),

changes as (

    select
        entries.*,
        case
            when entries.entry_kind in ('redeemed', 'expired') then -entries.points
            else entries.points
        end as points_change,
        entries.entry_kind = 'earned'
        or (entries.entry_kind = 'adjusted' and entries.order_id is not null) as is_lot_change,
        coalesce(entries.expires_on, order_lots.expires_on) as lot_expires_on,
        row_number() over (
            partition by entries.member_token, entries.order_id, entries.entry_kind
            order by entries.occurred_at nulls last, entries.entry_id nulls last
        ) as entry_of_order_number
    from entries
    left join order_lots
        on
            entries.member_token = order_lots.member_token
            and entries.order_id = order_lots.order_id

),

running as (

    select
        *,
        sum(points_change) over (
            partition by member_token
            order by occurred_at nulls last, entry_id nulls last
            rows between unbounded preceding and current row
        ) as closing_balance_points,
        sum(case when is_lot_change then 0 else -points_change end) over (
            partition by member_token
            order by occurred_at nulls last, entry_id nulls last
            rows between unbounded preceding and current row
        ) as spent_points
    from changes

),

-- Of lots that the day of an expiry finds past their last day.
lots_due as (

    select
        expiries.entry_id,
        sum(lots.points_change) as lot_points
    from running as expiries
    inner join running as lots
        on
            expiries.member_token = lots.member_token
            and expiries.occurred_on > lots.lot_expires_on
            and expiries.occurred_at >= lots.occurred_at
            and lots.is_lot_change
    where expiries.entry_kind = 'expired'
    group by expiries.entry_id

),

judged as (

    select
        running.*,
        case
            when
                running.points_change < 0
                and running.closing_balance_points < 0
                then 'balance_below_zero'
            when
                running.entry_kind = 'expired'
                and running.points > greatest(
                    coalesce(lots_due.lot_points, 0) - (running.spent_points - running.points), 0
                )
                then 'expired_more_than_due'
            when
                running.entry_kind = 'earned'
                and running.order_id is not null
                and running.entry_of_order_number > 1
                then 'earned_twice_for_order'
        end as broken_rule
    from running
    left join lots_due on running.entry_id = lots_due.entry_id

),

final as (

    select
        judged.entry_id,
        person_identifiers.person_token,
        judged.member_token,
        judged.entry_kind,
        judged.entry_reason,
        judged.points,
        judged.points_change,
        judged.closing_balance_points - judged.points_change as opening_balance_points,
        judged.closing_balance_points,
        judged.spent_points,
        judged.is_lot_change,
        judged.lot_expires_on,
        judged.order_id,
        judged.occurred_at,
        judged.occurred_on,
        judged.expires_on,
        rules.rule_code,
        rules.finding_zh,
        rules.finding_en,
        judged.updated_at
    from judged
    left join person_identifiers on judged.member_token = person_identifiers.identifier_token
    left join rules on judged.broken_rule = rules.rule_code

)

select * from final
