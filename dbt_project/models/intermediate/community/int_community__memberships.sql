with periods as (

    select * from {{ ref('int_community__membership_periods') }}

),

person_identifiers as (

    select * from {{ ref('int_people__person_identifiers') }}

),

final as (

    select
        periods.community_id,
        periods.store_id,
        periods.external_user_token,
        person_identifiers.person_token,
        periods.joined_at,
        periods.left_at,
        {{ local_date('periods.joined_at') }} as joined_on,
        {{ local_date('periods.left_at') }} as left_on
    from periods
    left join person_identifiers on periods.external_user_token = person_identifiers.identifier_token

)

select * from final
