with versions as (

    select * from {{ ref('stg_staff__versions') }}

),

final as (

    select
        location_id,
        roster_date,
        updated_at
    from versions
    where
        is_current
        and record_kind = 'roster'

)

select * from final
