{{ config(materialized='table') }}

{#- From each valid grant to the next act on the purpose. A request of erasure is an act on every purpose. Of two acts
    at the same moment the one that takes back counts. -#}
with consents as (

    select * from {{ ref('stg_consents__consents') }}

),

members as (

    select * from {{ ref('stg_members__members') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

purposes as (

    select * from {{ ref('processing_purposes') }}
    where needs_consent

),

parameters as (

    {{ values_in_force(ref('consent_parameters'), 'parameter_code') }}

),

-- Of several statements the youngest counts: who may be a child is treated as one.
birth_years as (

    select
        person_identifiers.person_token,
        max(members.birth_year) as birth_year
    from members
    inner join person_identifiers on members.member_token = person_identifiers.identifier_token
    group by person_identifiers.person_token

),

person_acts as (

    select
        consents.*,
        person_identifiers.person_token
    from consents
    inner join person_identifiers
        on
            {{ strongest_token('consents', ['member_id', 'member_card', 'unionid', 'external_user_id', 'phone']) }}
            = person_identifiers.identifier_token
    where person_identifiers.person_token is not null

),

-- Only the year of birth is known, so that a child may be under age until the end of the year of that birthday.
valid_acts as (

    select
        person_acts.person_token,
        purposes.purpose,
        person_acts.consent_id,
        person_acts.consent_action,
        person_acts.occurred_at,
        person_acts.consent_channel,
        person_acts.text_version,
        person_acts.is_given_by_guardian
    from person_acts
    inner join purposes on person_acts.purpose = purposes.purpose or person_acts.consent_action = 'erasure_requested'
    inner join parameters on parameters.parameter_code = 'guardian_below_age'
    left join birth_years on person_acts.person_token = birth_years.person_token
    where
        person_acts.consent_action <> 'granted'
        or person_acts.is_given_by_guardian
        or birth_years.birth_year is null
        or cast(extract(year from {{ local_date('person_acts.occurred_at') }}) as bigint) - birth_years.birth_year
        > parameters.value

),

followed as (

    select
        *,
        lead(occurred_at) over acts as ended_at,
        lead(consent_action) over acts as next_action
    from valid_acts
    window
        acts as (
            partition by person_token, purpose
            order by
                occurred_at nulls last,
                case when consent_action = 'granted' then 0 else 1 end nulls last,
                consent_id nulls last
        )

),

final as (

    select
        person_token,
        purpose,
        consent_id,
        occurred_at as valid_from_at,
        ended_at as valid_until_at,
        next_action as ended_by,
        consent_channel,
        text_version,
        is_given_by_guardian
    from followed
    where
        consent_action = 'granted'
        and (ended_at > occurred_at or ended_at is null)

)

select * from final
