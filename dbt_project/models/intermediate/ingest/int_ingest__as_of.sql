{{ config(materialized='table') }}

with receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

final as (

    select max(arrived_on) as as_of_date
    from receipts

)

select * from final
