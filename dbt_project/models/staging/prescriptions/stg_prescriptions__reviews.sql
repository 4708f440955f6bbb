{{ config(**incremental_by_day('issued_on', 'stg_prescriptions__touched_days')) }}

with current_versions as (

    select *
    from {{ ref('stg_prescriptions__versions') }}
    where
        is_current
        and {{ is_touched_day('issued_on', ref('stg_prescriptions__touched_days')) }}

),

copies as (

    select * from {{ source('lake', 'prescription_reviews') }}

),

final as (

    select
        copies.prescription_id,
        copies.review_number,
        copies.pharmacist_id,
        {{ utc_timestamp('copies.reviewed_at') }} as reviewed_at,
        copies.result as review_result,
        copies.reason as review_reason,
        current_versions.issued_on
    from current_versions
    inner join copies
        on
            current_versions.arrived_on = copies.arrived_on
            and current_versions.source_file = copies.source_file
            and current_versions.source_position = copies.source_position

)

select * from final
