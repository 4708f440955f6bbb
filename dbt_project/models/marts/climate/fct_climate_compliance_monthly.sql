with storage_climate as (

    select * from {{ ref('fct_storage_climate') }}

),

kinetic_temperatures as (

    select * from {{ ref('fct_mean_kinetic_temperatures') }}

),

excursions as (

    select * from {{ ref('fct_climate_excursions') }}

),

-- Whole microseconds add up to the same sum in any order of the rows.
minutes as (

    select
        {{ month_start('business_date') }} as month_start_date,
        location_id,
        coalesce(room, '') as room,
        storage_class,
        count(distinct sensor_id) as point_count,
        sum({{ minutes_as_microseconds('due_minutes') }}) as due_microseconds,
        sum({{ minutes_as_microseconds('in_range_minutes') }}) as in_range_microseconds,
        sum({{ minutes_as_microseconds('breach_minutes') }}) as breach_microseconds,
        sum({{ minutes_as_microseconds('unknown_minutes') }}) as unknown_microseconds,
        min(temperature_min_celsius) as temperature_min_celsius,
        max(temperature_max_celsius) as temperature_max_celsius,
        min(humidity_min_percent) as humidity_min_percent,
        max(humidity_max_percent) as humidity_max_percent
    from storage_climate
    group by {{ month_start('business_date') }}, location_id, coalesce(room, ''), storage_class

),

warmest as (

    select
        {{ month_start('business_date') }} as month_start_date,
        location_id,
        coalesce(room, '') as room,
        storage_class,
        max(mkt_30_days_celsius) as mkt_30_days_celsius,
        count(*) filter (where not is_mkt_within_limit) as mkt_exceeded_count
    from kinetic_temperatures
    group by {{ month_start('business_date') }}, location_id, coalesce(room, ''), storage_class

),

counted_excursions as (

    select
        {{ month_start('started_on') }} as month_start_date,
        location_id,
        coalesce(room, '') as room,
        storage_class,
        count(*) as excursion_count,
        count(*) filter (where allowance_verdict = 'exceeded') as exceeded_excursion_count
    from excursions
    group by {{ month_start('started_on') }}, location_id, coalesce(room, ''), storage_class

),

final as (

    select
        cast(minutes.location_id as string) as location_id,
        cast(minutes.room as string) as room,
        cast(minutes.storage_class as string) as storage_class,
        cast(minutes.point_count as bigint) as point_count,
        cast({{ microseconds_as_minutes('minutes.due_microseconds') }} as double) as due_minutes,
        cast({{ microseconds_as_minutes('minutes.in_range_microseconds') }} as double) as in_range_minutes,
        cast({{ microseconds_as_minutes('minutes.breach_microseconds') }} as double) as breach_minutes,
        cast({{ microseconds_as_minutes('minutes.unknown_microseconds') }} as double) as unknown_minutes,
        cast({{ safe_ratio('minutes.in_range_microseconds', 'minutes.due_microseconds') }} as double)
            as climate_compliance_rate,
        cast(coalesce(counted_excursions.excursion_count, 0) as bigint) as excursion_count,
        cast(coalesce(counted_excursions.exceeded_excursion_count, 0) as bigint) as exceeded_excursion_count,
        cast(minutes.temperature_min_celsius as double) as temperature_min_celsius,
        cast(minutes.temperature_max_celsius as double) as temperature_max_celsius,
        cast(minutes.humidity_min_percent as double) as humidity_min_percent,
        cast(minutes.humidity_max_percent as double) as humidity_max_percent,
        cast(warmest.mkt_30_days_celsius as double) as mkt_30_days_peak_celsius,
        cast(coalesce(warmest.mkt_exceeded_count, 0) as bigint) as mkt_exceeded_day_count,
        cast(minutes.month_start_date as date) as month_start_date
    from minutes
    left join warmest
        on
            minutes.month_start_date = warmest.month_start_date
            and minutes.location_id = warmest.location_id
            and minutes.room = warmest.room
            and minutes.storage_class = warmest.storage_class
    left join counted_excursions
        on
            minutes.month_start_date = counted_excursions.month_start_date
            and minutes.location_id = counted_excursions.location_id
            and minutes.room = counted_excursions.room
            and minutes.storage_class = counted_excursions.storage_class

)

select * from final
