with identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}
    where person_token is not null

),

members as (

    select * from {{ ref('stg_members__members') }}

),

counted as (

    select
        person_token,
        min(first_seen_on) as known_since_date,
        count(*) as identifier_count
    from identifiers
    group by person_token

),

-- Who registered twice is described as the last record has it.
ranked as (

    select
        identifiers.person_token,
        members.home_store_id,
        members.tier,
        members.birth_year,
        members.sex,
        {{ local_date('min(members.registered_at) over (partition by identifiers.person_token)') }}
            as member_since_date,
        count(*) over (partition by identifiers.person_token) as membership_count,
        row_number() over (
            partition by identifiers.person_token
            order by members.updated_at desc nulls last, members.member_token asc nulls last
        ) as recency
    from members
    inner join identifiers on members.member_token = identifiers.identifier_token

),

final as (

    select
        counted.person_token,
        counted.known_since_date,
        counted.identifier_count,
        coalesce(described.membership_count, 0) as membership_count,
        described.member_since_date,
        described.home_store_id,
        described.tier,
        described.birth_year,
        described.sex
    from counted
    left join ranked as described
        on
            counted.person_token = described.person_token
            and described.recency = 1

)

select * from final
