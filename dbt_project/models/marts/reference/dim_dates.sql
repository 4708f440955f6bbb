with days as (

    select * from {{ ref('int_reference__days') }}

),

final as (

    select
        cast(business_date as date) as business_date,
        cast(extract(year from business_date) as integer) as year_number,
        cast(extract(month from business_date) as integer) as month_number,
        cast({{ month_start('business_date') }} as date) as month_start_date,
        cast({{ week_start('business_date') }} as date) as week_start_date,
        cast({{ iso_weekday('business_date') }} as integer) as iso_weekday,
        cast(is_holiday as boolean) as is_holiday,
        cast(holiday_name_zh as string) as holiday_name_zh,
        cast(holiday_name_en as string) as holiday_name_en,
        cast(flu_level as double) as flu_level,
        cast(is_flu_season as boolean) as is_flu_season
    from days

)

select * from final
