{{ config(materialized='table') }}

with receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

-- The order of arrival as one small number: sorting very many readings by file names costs twice the time.
final as (

    select
        source_file,
        arrived_on,
        cast(row_number() over (order by arrived_on nulls last, source_file nulls last) as integer) as arrival_number
    from receipts
    where feed = 'iot_readings'
    group by source_file, arrived_on

)

select * from final
