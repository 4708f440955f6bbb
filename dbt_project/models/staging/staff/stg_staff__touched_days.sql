{{ config(materialized='table') }}

with staff_copies as (

    select
        *,
        coalesce(roster_date, {{ local_date(utc_timestamp('updated_at')) }}) as recorded_on
    from {{ source('lake', 'staff') }}

),

store_copies as (

    select * from {{ source('lake', 'stores') }}

),

new_locations as (

    {{ newly_known('store_copies', 'location_id') }}

),

final as (

    {{ days_of_touched_records(
        'staff_copies', 'staff_record_id', 'recorded_on',
        ['location_id in (select location_id from new_locations)']
    ) }}

)

select * from final
