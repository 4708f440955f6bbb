{{ config(**incremental_by_day('issued_on', 'stg_prescriptions__touched_days')) }}

with current_versions as (

    select *
    from {{ ref('stg_prescriptions__versions') }}
    where
        is_current
        and {{ is_touched_day('issued_on', ref('stg_prescriptions__touched_days')) }}

),

copies as (

    select * from {{ source('lake', 'prescriptions') }}

),

final as (

    select
        copies.prescription_id,
        copies.source as prescription_source,
        copies.hospital,
        copies.doctor_id,
        copies.doctor_licence_number,
        {{ utc_timestamp('copies.issued_at') }} as issued_at,
        copies.valid_until_date,
        {{ utc_timestamp('copies.dispensed_at') }} as dispensed_at,
        {{ utc_timestamp('copies.reported_at') }} as reported_at,
        {{ utc_timestamp('copies.updated_at') }} as updated_at,
        current_versions.issued_on
    from current_versions
    inner join copies
        on
            current_versions.arrived_on = copies.arrived_on
            and current_versions.source_file = copies.source_file
            and current_versions.source_position = copies.source_position

)

select * from final
