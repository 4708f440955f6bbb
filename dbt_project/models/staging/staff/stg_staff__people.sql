with versions as (

    select * from {{ ref('stg_staff__versions') }}

),

final as (

    select
        staff_id,
        staff_role
    from versions
    where
        is_current
        and record_kind = 'licences'

)

select * from final
