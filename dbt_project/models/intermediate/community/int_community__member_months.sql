{#- Months from the feed's first file on: joins from before are known, but what members did then is not. Who is a member
    by the month's end was one at its start or joined in it. -#}
with months as (

    select * from {{ ref('int_people__closed_months') }}

),

receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

periods as (

    select * from {{ ref('int_community__membership_periods') }}

),

events as (

    select * from {{ ref('int_community__events') }}
    where
        is_qualifying
        and external_user_token is not null

),

known_since as (

    select min(arrived_on) as first_day
    from receipts
    where feed = 'community_activity'

),

memberships as (

    select distinct
        months.month_start_date,
        months.month_end_date,
        periods.store_id,
        periods.external_user_token
    from months
    cross join known_since
    inner join periods
        on
            {{ day_start(add_days('months.month_end_date', 1)) }} > periods.joined_at
            and ({{ day_start('months.month_start_date') }} < periods.left_at or periods.left_at is null)
    where months.month_end_date >= known_since.first_day

),

activities as (

    select distinct
        {{ month_start('occurred_on') }} as month_start_date,
        store_id,
        external_user_token
    from events

),

final as (

    select
        memberships.month_end_date as business_date,
        memberships.store_id,
        memberships.external_user_token,
        activities.external_user_token is not null as is_counted
    from memberships
    left join activities
        on
            memberships.month_start_date = activities.month_start_date
            and memberships.store_id = activities.store_id
            and memberships.external_user_token = activities.external_user_token

)

select * from final
