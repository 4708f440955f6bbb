with periods as (

    select * from {{ ref('int_people__consent_periods') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

final as (

    select
        periods.person_token,
        periods.purpose,
        periods.valid_from_at
    from periods
    cross join as_of
    where {{ is_in_force(
        day_start(add_days('as_of.as_of_date', 1)), 'periods.valid_from_at', 'periods.valid_until_at'
    ) }}

)

select * from final
