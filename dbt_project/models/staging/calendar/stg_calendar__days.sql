with versions as (

    select * from {{ ref('stg_calendar__versions') }}

),

final as (

    select
        calendar_date,
        is_holiday,
        holiday_name_zh,
        holiday_name_en,
        flu_level,
        is_flu_season,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
