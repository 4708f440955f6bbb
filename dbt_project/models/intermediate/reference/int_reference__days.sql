{{ config(materialized='table') }}

with calendar_days as (

    select * from {{ ref('stg_calendar__days') }}

),

receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

bounds as (

    select
        min(known_date) as first_date,
        max(known_date) as last_date
    from (
        select calendar_date as known_date from calendar_days
        union all
        select arrived_on as known_date from receipts
    ) as known_dates

),

spine as (

    {{ day_spine('(select first_date from bounds)', '(select last_date from bounds)', 'business_date') }}

),

-- Days that the calendar feed does not have (yet) are days all the same; what it would say of them stays null.
final as (

    select
        spine.business_date,
        calendar_days.is_holiday,
        calendar_days.holiday_name_zh,
        calendar_days.holiday_name_en,
        calendar_days.flu_level,
        calendar_days.is_flu_season
    from spine
    left join calendar_days on spine.business_date = calendar_days.calendar_date

)

select * from final
