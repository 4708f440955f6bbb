{{ config(materialized='table') }}

with breach_runs as (

    select * from {{ ref('int_climate__breach_runs') }}

),

sensor_days as (

    select * from {{ ref('int_climate__sensor_days') }}

),

-- Neighbours of a day are the days before and after that have readings, however far away: a run goes on over a silence.
neighbours as (

    select
        sensor_id,
        measured_on,
        lag(is_last_in_range) over (partition by sensor_id order by measured_on nulls last) as was_in_range_before,
        lead(first_microseconds) over (partition by sensor_id order by measured_on nulls last) as next_day_microseconds
    from sensor_days
    where sensor_id in (select breach_runs.sensor_id from breach_runs)

),

pieces as (

    select
        breach_runs.*,
        breach_runs.is_first_of_day and not coalesce(neighbours.was_in_range_before, true) as is_continued,
        -- Where the run reaches the end of its day, what follows is the first reading of the next day with readings.
        case
            when breach_runs.ended_microseconds is null
                then neighbours.next_day_microseconds - breach_runs.last_microseconds
        end as overnight_microseconds,
        coalesce(breach_runs.ended_microseconds, neighbours.next_day_microseconds) as followed_microseconds
    from breach_runs
    inner join neighbours
        on
            breach_runs.sensor_id = neighbours.sensor_id
            and breach_runs.measured_on = neighbours.measured_on

),

numbered as (

    select
        *,
        sum(case when is_continued then 0 else 1 end) over (
            partition by sensor_id
            order by started_microseconds nulls last
            rows between unbounded preceding and current row
        ) as excursion_number
    from pieces

),

ranked as (

    select
        *,
        row_number() over (
            partition by sensor_id, excursion_number
            order by peak_temperature_deviation desc, started_microseconds asc nulls last
        ) as temperature_rank,
        row_number() over (
            partition by sensor_id, excursion_number
            order by peak_humidity_deviation desc nulls last, started_microseconds asc nulls last
        ) as humidity_rank,
        row_number() over (
            partition by sensor_id, excursion_number
            order by started_microseconds desc
        ) as recency
    from numbered

),

final as (

    select
        sensor_id,
        min(started_microseconds) as started_microseconds,
        max(followed_microseconds) filter (where recency = 1) as ended_microseconds,
        max(last_microseconds) as last_microseconds,
        min(measured_on) as started_on,
        max(has_temperature_breach) as has_temperature_breach,
        max(has_humidity_breach) as has_humidity_breach,
        max(peak_temperature_celsius) filter (where temperature_rank = 1) as peak_temperature_celsius,
        max(peak_humidity_percent) filter (where humidity_rank = 1) as peak_humidity_percent,
        cast(sum(
            breach_microseconds
            + case when overnight_microseconds <= breach_interval_microseconds then overnight_microseconds else 0 end
        ) as bigint) as breach_microseconds,
        cast(sum(
            unknown_microseconds
            + case when overnight_microseconds > breach_interval_microseconds then overnight_microseconds else 0 end
        ) as bigint) as unknown_microseconds
    from ranked
    group by sensor_id, excursion_number

)

select * from final
