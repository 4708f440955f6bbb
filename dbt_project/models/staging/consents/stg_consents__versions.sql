{{ config(materialized='table') }}

with received as (

    select
        *,
        cast(null as string) as unknown_reference
    from {{ source('lake', 'consents') }}

),

judged as (

    {{ judged_records('received', ['consent_id']) }}

)

select * from judged
