{{ config(materialized='table') }}

with reading_copies as (

    select * from {{ source('lake', 'iot_readings') }}

),

bounds as (

    select
        coalesce({{ quarter_hour('min(measured_at)') }}, 0) as first_quarter_hour,
        coalesce({{ quarter_hour('max(measured_at)') }}, 0) as last_quarter_hour
    from reading_copies

),

numbers as (

    {{ number_spine(
        '(select first_quarter_hour from bounds)',
        '(select last_quarter_hour from bounds)',
        'quarter_hour'
    ) }}

),

final as (

    select
        quarter_hour,
        {{ local_date(from_epoch_microseconds('quarter_hour * 900000000')) }} as measured_on
    from numbers

)

select * from final
