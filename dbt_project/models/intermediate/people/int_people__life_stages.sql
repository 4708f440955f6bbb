{#- Pregnancy and baby as last told, carried on to the as-of day. A pregnancy that would be beyond the last week is
    over; what came of it is not presumed. -#}
with measurements as (

    select * from {{ ref('int_people__measurements') }}
    where
        person_token is not null
        and measurement_kind in ('gestation_week', 'baby_age')

),

thresholds as (

    select * from {{ ref('int_people__care_thresholds') }}

),

measurement_units as (

    select * from {{ ref('measurement_units') }}
    where
        measurement_kind = 'baby_age'
        and unit = 'day'

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

told as (

    select
        measurements.person_token,
        measurements.measurement_kind,
        measurements.canonical_value,
        cast({{ days_between('measurements.measured_on', 'as_of.as_of_date') }} as double) as elapsed_days,
        row_number() over (
            partition by measurements.person_token
            order by
                measurements.measured_at desc nulls last,
                measurements.measurement_kind asc nulls last,
                measurements.measurement_id asc nulls last
        ) as recency
    from measurements
    cross join as_of

),

carried as (

    select
        told.person_token,
        case
            when told.measurement_kind = 'gestation_week'
                then {{ integer_floor('told.canonical_value + ' ~ safe_ratio('told.elapsed_days', '7')) }}
        end as pregnancy_week,
        case
            when told.measurement_kind = 'baby_age'
                then {{ integer_floor('told.canonical_value + told.elapsed_days * measurement_units.factor') }}
        end as baby_age_months
    from told
    cross join measurement_units
    where told.recency = 1

),

final as (

    select
        carried.person_token,
        case
            when carried.pregnancy_week <= thresholds.pregnancy_most_weeks then carried.pregnancy_week
        end as pregnancy_week,
        case
            when carried.baby_age_months <= thresholds.baby_most_months then carried.baby_age_months
        end as baby_age_months
    from carried
    cross join thresholds

)

select * from final
