{{ config(materialized='table') }}

with receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

bounds as (

    select
        {{ month_start('min(arrived_on)') }} as first_date,
        max(arrived_on) as last_date
    from receipts

),

days as (

    {{ day_spine('(select first_date from bounds)', '(select last_date from bounds)', 'business_date') }}

),

-- The day after the last of a month is a first.
final as (

    select
        {{ month_start('business_date') }} as month_start_date,
        business_date as month_end_date
    from days
    where {{ month_start(add_days('business_date', 1)) }} = {{ add_days('business_date', 1) }}

)

select * from final
