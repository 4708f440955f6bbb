with received as (

    select
        *,
        cast(null as string) as unknown_reference
    from {{ source('lake', 'suppliers') }}

),

judged as (

    {{ judged_records('received', ['supplier_id']) }}

)

select * from judged
