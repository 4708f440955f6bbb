{{ config(materialized='table') }}

{#- An offer points at nothing that another feed sends. -#}
with received as (

    select
        *,
        cast(null as string) as unknown_reference
    from {{ source('lake', 'offers') }}

),

judged as (

    {{ judged_records('received', ['offer_id']) }}

)

select * from judged
