with profiles as (

    select * from {{ ref('int_people__health_profiles') }}

),

trends as (

    select * from {{ ref('int_people__measurement_trends') }}

),

final as (

    select
        cast(trends.person_token as string) as person_token,
        cast(trends.measurement_kind as string) as measurement_kind,
        cast(trends.latest_value as double) as latest_value,
        cast(trends.measurement_unit as string) as measurement_unit,
        cast(trends.latest_measured_at as timestamp) as latest_measured_at,
        cast(trends.measured_by as string) as latest_measured_by,
        cast(trends.reading_count as bigint) as trend_reading_count,
        cast(trends.slope_per_30_days as double) as slope_per_30_days,
        cast(trends.slope_lower as double) as slope_lower,
        cast(trends.slope_upper as double) as slope_upper,
        cast(trends.trend as string) as measurement_trend,
        cast(profiles.as_of_date as date) as as_of_date
    from trends
    -- Only whose profile may be made.
    inner join profiles on trends.person_token = profiles.person_token

)

select * from final
