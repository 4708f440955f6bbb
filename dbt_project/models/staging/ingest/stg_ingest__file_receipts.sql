{{ config(materialized='table') }}

with receipts as (

    select * from {{ source('lake', 'file_receipts') }}

),

final as (

    select
        receipt_id,
        feed,
        source_file,
        file_id,
        received_count,
        valid_count,
        quarantined_count,
        is_unreadable,
        is_repeated_file,
        byte_count,
        arrived_on
    from receipts

)

select * from final
