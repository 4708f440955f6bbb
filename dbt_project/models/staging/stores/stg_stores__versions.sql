with received as (

    select
        *,
        cast(null as string) as unknown_reference
    from {{ source('lake', 'stores') }}

),

judged as (

    {{ judged_records('received', ['location_id']) }}

)

select * from judged
