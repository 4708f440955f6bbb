{{ config(materialized='table') }}

{#- Members offered a service and those who took it, by segments of several kinds. The segments of a kind part the
    members of an offer kind, so that a small one takes another with it; all of them are one segment of a kind of its own. -#}
with offered_members as (

    select * from {{ ref('int_people__offered_members') }}

),

memberships as (

    select * from {{ ref('int_people__memberships') }}

),

parameters as (

    select * from {{ ref('int_people__loyalty_parameters') }}

),

limits as (

    select * from {{ ref('people_count_limits') }}
    where limit_name = 'smallest_shown_count'

),

-- Of someone with several accounts the best tier counts.
tiers as (

    select
        memberships.person_token,
        tiers.tier_code
    from memberships
    inner join {{ ref('membership_tiers') }} as tiers on memberships.tier_code = tiers.tier_code
    where memberships.person_token is not null
    qualify row_number() over (
        partition by memberships.person_token
        order by tiers.tier_rank desc nulls last, memberships.member_token asc nulls last
    ) = 1

),

banded as (

    select
        offered_members.*,
        coalesce(tiers.tier_code, 'unknown') as tier_code,
        {{ integer_quotient(
            '(extract(year from offered_members.business_date) - offered_members.birth_year)',
            'parameters.age_band_years'
        ) }} * parameters.age_band_years as least_age,
        parameters.age_band_years
    from offered_members
    cross join parameters
    left join tiers on offered_members.person_token = tiers.person_token

),

segmented as (

    select
        business_date,
        offer_kind,
        person_token,
        store_id,
        is_counted,
        'all' as member_group_kind,
        'all' as member_group_code
    from banded
    union all
    select
        business_date,
        offer_kind,
        person_token,
        store_id,
        is_counted,
        'age_band' as member_group_kind,
        coalesce(
            cast(least_age as string) || '-' || cast(least_age + age_band_years - 1 as string), 'unknown'
        ) as member_group_code
    from banded
    union all
    select
        business_date,
        offer_kind,
        person_token,
        store_id,
        is_counted,
        'tier' as member_group_kind,
        tier_code as member_group_code
    from banded

),

counts as (

    select
        business_date,
        offer_kind,
        member_group_kind,
        member_group_code,
        count(distinct person_token) as people_count,
        count(distinct case when is_counted then person_token end) as taker_count,
        greatest(count(distinct store_id), 1) as store_count
    from segmented
    group by business_date, offer_kind, member_group_kind, member_group_code

),

judged as (

    select
        counts.*,
        counts.people_count - counts.taker_count as not_taker_count,
        limits.limit_value,
        counts.people_count < limits.limit_value
        or counts.taker_count between 1 and limits.limit_value - 1
        or counts.people_count - counts.taker_count between 1 and limits.limit_value - 1 as is_small
    from counts
    cross join limits

),

wholes as (

    select
        *,
        is_small as is_held_back
    from judged
    where member_group_kind = 'all'

),

segment_parts as (

    select
        judged.*,
        judged.member_group_code as part,
        judged.offer_kind || ' ' || judged.member_group_kind as whole,
        wholes.is_held_back as is_whole_held_back
    from judged
    inner join wholes
        on
            judged.business_date = wholes.business_date
            and judged.offer_kind = wholes.offer_kind
    where judged.member_group_kind <> 'all'

),

segment_cells as (

    {{ complementary_suppression('segment_parts', ['taker_count', 'not_taker_count']) }}

),

cells as (

    {% for cells in ['wholes', 'segment_cells'] %}
    select
        business_date,
        offer_kind,
        member_group_kind,
        member_group_code,
        people_count,
        taker_count,
        is_held_back
    from {{ cells }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

shown as (

    select
        business_date,
        offer_kind,
        member_group_kind,
        member_group_code,
        case when not is_held_back then people_count end as offered_member_count,
        case when not is_held_back then taker_count end as taker_count,
        is_held_back as is_suppressed
    from cells

),

final as (

    select
        shown.business_date,
        shown.offer_kind,
        shown.member_group_kind,
        shown.member_group_code,
        shown.offered_member_count,
        shown.taker_count,
        {{ safe_ratio('shown.taker_count', 'shown.offered_member_count') }} as uptake_rate,
        {{ wilson_bound('shown.taker_count', 'shown.offered_member_count', 'parameters.normal_score', 'lower') }}
            as uptake_lower_rate,
        {{ wilson_bound('shown.taker_count', 'shown.offered_member_count', 'parameters.normal_score', 'upper') }}
            as uptake_upper_rate,
        shown.is_suppressed
    from shown
    cross join parameters

)

select * from final
