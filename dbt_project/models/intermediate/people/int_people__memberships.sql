{{ config(materialized='table') }}

{#- An account is that of a member whom the CRM has sent, or one that the ledger alone knows (yet). -#}
with members as (

    select * from {{ ref('stg_members__members') }}

),

entries as (

    select * from {{ ref('int_people__points_entries') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

tiers as (

    select * from {{ ref('membership_tiers') }}

),

parameters as (

    select * from {{ ref('int_people__loyalty_parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

accounts as (

    select member_token from members
    union
    select member_token from entries

),

lot_days as (

    select
        member_token,
        occurred_on,
        sum(points_change) as lot_points
    from entries
    where is_lot_change
    group by member_token, occurred_on

),

-- Points earned within the window that ends with a day on which some were.
qualifying as (

    select
        days.member_token,
        days.occurred_on,
        sum(earned.lot_points) as qualifying_points
    from lot_days as days
    cross join parameters
    inner join lot_days as earned
        on
            days.member_token = earned.member_token
            and days.occurred_on >= earned.occurred_on
            and days.occurred_on < {{ add_days('earned.occurred_on', 'parameters.tier_window_days') }}
    group by days.member_token, days.occurred_on

),

lowest as (

    select min(tier_rank) as tier_rank
    from tiers

),

tier_days as (

    select
        qualifying.member_token,
        qualifying.occurred_on,
        max(tiers.tier_rank) as tier_rank
    from qualifying
    cross join as_of
    cross join parameters
    inner join tiers on qualifying.qualifying_points >= tiers.least_points
    where
        qualifying.occurred_on <= as_of.as_of_date
        and qualifying.occurred_on > {{ add_days('as_of.as_of_date', '-parameters.tier_validity_days') }}
    group by qualifying.member_token, qualifying.occurred_on

),

best_tiers as (

    select
        member_token,
        max(tier_rank) as tier_rank
    from tier_days
    group by member_token

),

reached as (

    select
        tier_days.member_token,
        tier_days.tier_rank,
        min(tier_days.occurred_on) as reached_on
    from tier_days
    inner join best_tiers
        on
            tier_days.member_token = best_tiers.member_token
            and tier_days.tier_rank = best_tiers.tier_rank
    group by tier_days.member_token, tier_days.tier_rank

),

totals as (

    select
        entries.member_token,
        sum(entries.points_change) as balance_points,
        sum(case when entries.is_lot_change then 0 else -entries.points_change end) as spent_points,
        sum(
            case
                when
                    entries.is_lot_change
                    and entries.occurred_on > {{ add_days('as_of.as_of_date', '-parameters.tier_window_days') }}
                    then entries.points_change
                else 0
            end
        ) as qualifying_points,
        count(entries.rule_code) as ledger_finding_count
    from entries
    cross join as_of
    cross join parameters
    group by entries.member_token

),

lots as (

    select
        member_token,
        lot_expires_on,
        sum(points_change) as lot_points
    from entries
    where
        is_lot_change
        and lot_expires_on is not null
    group by member_token, lot_expires_on

),

earned_to_last as (

    select
        *,
        sum(lot_points) over (
            partition by member_token
            order by lot_expires_on nulls last
            rows between unbounded preceding and current row
        ) as earned_points
    from lots

),

unspent as (

    select
        earned_to_last.member_token,
        earned_to_last.lot_expires_on,
        earned_to_last.earned_points - greatest(totals.spent_points, 0) as unspent_points,
        row_number() over (
            partition by earned_to_last.member_token
            order by earned_to_last.lot_expires_on nulls last
        ) as lot_number
    from earned_to_last
    inner join totals on earned_to_last.member_token = totals.member_token
    where earned_to_last.earned_points > greatest(totals.spent_points, 0)

),

final as (

    select
        accounts.member_token,
        person_identifiers.person_token,
        members.home_store_id,
        members.tier as crm_tier_code,
        {{ local_date('members.registered_at') }} as registered_on,
        tiers.tier_code,
        tiers.tier_name_zh,
        tiers.tier_name_en,
        tiers.benefits_zh,
        tiers.benefits_en,
        case
            when reached.tier_rank = lowest.tier_rank or reached.tier_rank is null
                then {{ local_date('members.registered_at') }}
            else reached.reached_on
        end as tier_reached_on,
        coalesce(totals.qualifying_points, 0) as qualifying_points,
        coalesce(totals.balance_points, 0) as balance_points,
        coalesce(unspent.unspent_points, 0) as expiring_points,
        unspent.lot_expires_on as points_expire_on,
        coalesce(totals.ledger_finding_count, 0) as ledger_finding_count,
        as_of.as_of_date
    from accounts
    cross join as_of
    cross join lowest
    left join members on accounts.member_token = members.member_token
    left join person_identifiers on accounts.member_token = person_identifiers.identifier_token
    left join reached on accounts.member_token = reached.member_token
    left join tiers on coalesce(reached.tier_rank, lowest.tier_rank) = tiers.tier_rank
    left join totals on accounts.member_token = totals.member_token
    left join unspent
        on
            accounts.member_token = unspent.member_token
            and unspent.lot_number = 1

)

select * from final
