{{ config(materialized='table') }}

{#- Sensors are installed long before their readings come here: nothing is due before the feed's first file, or before
    the first reading in it where loggers are read out in arrears. -#}
with receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

sensor_days as (

    select * from {{ ref('int_climate__sensor_days') }}

),

known_days as (

    select min(arrived_on) as known_on
    from receipts
    where feed = 'iot_readings'
    union all
    select min(measured_on) as known_on
    from sensor_days

),

final as (

    select
        (select min(known_on) from known_days) as first_due_on,
        (select max(arrived_on) from receipts) as last_due_on

)

select * from final
