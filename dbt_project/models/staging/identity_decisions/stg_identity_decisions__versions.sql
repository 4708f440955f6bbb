with received as (

    select
        *,
        cast(null as string) as unknown_reference
    from {{ source('lake', 'identity_decisions') }}

),

judged as (

    {{ judged_records('received', ['decision_id']) }}

)

select * from judged
