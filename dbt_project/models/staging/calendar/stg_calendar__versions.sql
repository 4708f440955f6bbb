with received as (

    select
        *,
        cast(null as string) as unknown_reference
    from {{ source('lake', 'calendar') }}

),

judged as (

    {{ judged_records('received', ['calendar_date']) }}

)

select * from judged
