{{ config(materialized='table') }}

{#- Of someone with several memberships the one changed last tells. Who has left one of them has not left the chain. -#}
with members as (

    select * from {{ ref('stg_members__members') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

ranked as (

    select
        person_identifiers.person_token,
        members.*,
        row_number() over (
            partition by person_identifiers.person_token
            order by members.updated_at desc nulls last, members.member_token asc nulls last
        ) as recency
    from members
    inner join person_identifiers on members.member_token = person_identifiers.identifier_token
    where person_identifiers.person_token is not null

),

ends as (

    select
        person_token,
        min(deceased_on) as deceased_on,
        case when count(*) = count(left_on) then max(left_on) end as left_on,
        min(registered_at) as registered_at
    from ranked
    group by person_token

),

final as (

    select
        ranked.person_token,
        ranked.birth_year,
        ranked.sex,
        ranked.home_store_id,
        ends.registered_at,
        ends.deceased_on,
        ends.left_on,
        -- Days after it do not count.
        least(ends.deceased_on, ends.left_on) as observed_until_date
    from ranked
    inner join ends on ranked.person_token = ends.person_token
    where ranked.recency = 1

)

select * from final
