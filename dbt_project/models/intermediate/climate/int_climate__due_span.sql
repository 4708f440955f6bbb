{#- Sensors are installed long before their readings come here: nothing is due before the feed's first file. -#}
with receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

final as (

    select
        min(arrived_on) filter (where feed = 'iot_readings') as first_due_on,
        max(arrived_on) as last_due_on
    from receipts

)

select * from final
