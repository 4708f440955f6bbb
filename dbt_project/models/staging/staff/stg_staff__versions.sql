{{ config(**incremental_by_day('recorded_on', 'stg_staff__touched_days')) }}

with staff_copies as (

    select
        *,
        coalesce(roster_date, {{ local_date(utc_timestamp('updated_at')) }}) as recorded_on
    from {{ source('lake', 'staff') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

recomputed as (

    {{ records_of_touched_days('staff_copies', 'staff_record_id', 'recorded_on', ref('stg_staff__touched_days')) }}

),

received as (

    select
        recomputed.*,
        case
            when locations.location_id is null and recomputed.location_id is not null then 'unknown_location'
        end as unknown_reference
    from recomputed
    left join locations on recomputed.location_id = locations.location_id

),

judged as (

    {{ judged_records('received', ['staff_record_id']) }}

),

final as (

    select
        staff_record_id,
        kind as record_kind,
        staff_id,
        role as staff_role,
        location_id,
        roster_date,
        {{ utc_timestamp('updated_at') }} as updated_at,
        arrived_on,
        source_file,
        source_position,
        file_id,
        verdict,
        is_current,
        recorded_on
    from judged
    where {{ is_touched_day('recorded_on', ref('stg_staff__touched_days')) }}

)

select * from final
