with received as (

    select
        *,
        cast(null as string) as unknown_reference
    from {{ source('lake', 'products') }}

),

judged as (

    {{ judged_records('received', ['sku_id']) }}

)

select * from judged
