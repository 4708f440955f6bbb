{{ config(**incremental_by_day('recorded_on', 'stg_staff__touched_days')) }}

with current_versions as (

    select *
    from {{ ref('stg_staff__versions') }}
    where
        is_current
        and {{ is_touched_day('recorded_on', ref('stg_staff__touched_days')) }}

),

copies as (

    select * from {{ source('lake', 'staff_licences') }}

),

final as (

    select
        current_versions.staff_id,
        current_versions.staff_role,
        copies.licence_number,
        copies.valid_from_date,
        copies.valid_until_date,
        copies.prescription_classes,
        copies.atc_prefixes,
        current_versions.recorded_on
    from current_versions
    inner join copies
        on
            current_versions.arrived_on = copies.arrived_on
            and current_versions.source_file = copies.source_file
            and current_versions.source_position = copies.source_position

)

select * from final
