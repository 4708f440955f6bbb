with persons as (

    select * from {{ ref('int_people__persons') }}

),

final as (

    select
        cast(person_token as string) as person_token,
        cast(known_since_date as date) as known_since_date,
        cast(identifier_count as bigint) as identifier_count,
        cast(membership_count as bigint) as membership_count,
        cast(member_since_date as date) as member_since_date,
        cast(home_store_id as string) as home_store_id,
        cast(tier as string) as tier,
        cast(birth_year as bigint) as birth_year,
        cast(sex as string) as sex
    from persons

)

select * from final
