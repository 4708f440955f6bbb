{#- Members of a chronic-care community whose supply of a class ran out in the month. A supply that is renewed before it
    ends has its end counted without the new packs, or whoever is never late would not be counted. -#}
with supplies as (

    select * from {{ ref('int_people__supplies') }}
    where condition_code is not null

),

closed_months as (

    select * from {{ ref('int_people__closed_months') }}

),

communities as (

    select * from {{ ref('stg_communities__communities') }}
    where community_kind = 'chronic'

),

membership_periods as (

    select * from {{ ref('int_community__membership_periods') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

demographics as (

    select * from {{ ref('int_people__demographics') }}

),

thresholds as (

    select * from {{ ref('int_people__care_thresholds') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

programme_members as (

    select distinct
        person_identifiers.person_token,
        {{ local_date('membership_periods.joined_at') }} as joined_on,
        {{ local_date('membership_periods.left_at') }} as left_on
    from membership_periods
    inner join communities on membership_periods.community_id = communities.community_id
    inner join person_identifiers
        on membership_periods.external_user_token = person_identifiers.identifier_token

),

ended as (

    select
        supplies.person_token,
        closed_months.month_end_date as business_date,
        demographics.home_store_id as store_id,
        coalesce(
            supplies.next_filled_on <= {{ add_days('supplies.supply_ends_on', 'thresholds.renewal_grace_days') }}, false
        ) as is_renewed
    from supplies
    inner join closed_months
        on supplies.supply_ends_on between closed_months.month_start_date and closed_months.month_end_date
    inner join programme_members
        on
            supplies.person_token = programme_members.person_token
            and supplies.supply_ends_on >= programme_members.joined_on
            and (supplies.supply_ends_on <= programme_members.left_on or programme_members.left_on is null)
    cross join thresholds
    cross join as_of
    left join demographics on supplies.person_token = demographics.person_token
    where
        {{ add_days('closed_months.month_end_date', 'thresholds.renewal_grace_days') }} <= as_of.as_of_date
        and (
            demographics.observed_until_date is null
            or supplies.supply_ends_on <= demographics.observed_until_date
        )

),

final as (

    select
        business_date,
        store_id,
        person_token,
        min(case when is_renewed then 1 else 0 end) = 1 as is_counted
    from ended
    group by business_date, store_id, person_token

)

select * from final
