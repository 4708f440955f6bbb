{{ config(materialized='table') }}

{#- Proportion of days covered (PQA): days from the first fill of the period to its end, both included, on which the
    person had a medicine of the class, over those days. Supply of one active ingredient that overlaps is shifted
    forward; a day covered by two ingredients of the class is one day. What lasts beyond the end is cut off, so that no
    proportion is above 1. A period ends with a closed month or the as-of day, sooner for who has left or died. -#}
with fills as (

    select * from {{ ref('int_people__fills') }}
    where condition_code is not null

),

closed_months as (

    select * from {{ ref('int_people__closed_months') }}

),

demographics as (

    select * from {{ ref('int_people__demographics') }}

),

thresholds as (

    select * from {{ ref('int_people__care_thresholds') }}

),

catalogue as (

    select * from {{ ref('kpi_catalogue') }}
    where kpi_code = 'adherence_pdc80_rate'

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

period_ends as (

    select
        month_end_date as period_end_date,
        true as is_closed_month
    from closed_months
    union all
    select
        as_of_date as period_end_date,
        false as is_closed_month
    from as_of
    where as_of_date not in (select month_end_date from closed_months)

),

periods as (

    select
        period_ends.period_end_date,
        period_ends.is_closed_month,
        {{ add_days('period_ends.period_end_date', '1 - catalogue.window_days') }} as period_start_date
    from period_ends
    cross join catalogue

),

observed as (

    select
        fills.person_token,
        fills.therapeutic_class,
        fills.condition_code,
        fills.atc_code,
        fills.filled_on,
        fills.supply_days,
        periods.period_start_date,
        periods.period_end_date,
        periods.is_closed_month,
        demographics.birth_year,
        -- least() leaves nulls out on both engines.
        least(periods.period_end_date, demographics.observed_until_date) as observed_until_date
    from fills
    inner join periods on fills.filled_on between periods.period_start_date and periods.period_end_date
    left join demographics on fills.person_token = demographics.person_token

),

fill_days as (

    select
        person_token,
        therapeutic_class,
        condition_code,
        atc_code,
        period_end_date,
        is_closed_month,
        birth_year,
        filled_on,
        observed_until_date,
        {{ days_between('period_start_date', 'filled_on') }} as filled_day_number,
        {{ days_between('period_start_date', 'observed_until_date') }} + 1 as end_day_number,
        sum(supply_days) as supply_days
    from observed
    where filled_on <= observed_until_date
    group by
        person_token, therapeutic_class, condition_code, atc_code, period_end_date, is_closed_month, birth_year,
        filled_on, observed_until_date, period_start_date

),

summed as (

    select
        *,
        {{ supply_so_far(
            'filled_day_number', 'supply_days', ['person_token', 'therapeutic_class', 'atc_code', 'period_end_date']
        ) }} as supply_before
    from fill_days

),

shifted as (

    select
        *,
        {{ supply_end(
            'filled_day_number', 'supply_days', 'supply_before',
            ['person_token', 'therapeutic_class', 'atc_code', 'period_end_date']
        ) }} as covered_until_number
    from summed

),

clipped as (

    select
        *,
        least(covered_until_number - supply_days, end_day_number) as from_number,
        least(covered_until_number, end_day_number) as until_number
    from shifted

),

-- Only what lies beyond all supply that began earlier is new.
merged as (

    select
        *,
        max(until_number) over (
            partition by person_token, therapeutic_class, period_end_date
            order by from_number nulls last, until_number nulls last, atc_code nulls last
            rows between unbounded preceding and 1 preceding
        ) as reached_number
    from clipped

),

covered as (

    select
        person_token,
        therapeutic_class,
        condition_code,
        period_end_date,
        is_closed_month,
        birth_year,
        observed_until_date,
        min(filled_on) as first_fill_date,
        max(filled_on) as last_fill_date,
        count(distinct filled_on) as fill_day_count,
        sum(greatest(until_number - greatest(from_number, coalesce(reached_number, from_number)), 0))
            as covered_day_count
    from merged
    group by
        person_token, therapeutic_class, condition_code, period_end_date, is_closed_month, birth_year,
        observed_until_date

),

measured as (

    select
        *,
        {{ days_between('first_fill_date', 'observed_until_date') }} + 1 as observed_day_count,
        {{ safe_ratio(
            'covered_day_count', days_between('first_fill_date', 'observed_until_date') ~ ' + 1'
        ) }} as covered_share
    from covered

),

judged as (

    select
        measured.*,
        thresholds.adherent_pdc,
        coalesce(
            extract(year from measured.first_fill_date) - measured.birth_year >= thresholds.least_adherence_age, false
        )
        and measured.fill_day_count >= thresholds.least_fill_days
        and measured.observed_day_count - 1 >= thresholds.least_days_from_first_fill as is_eligible
    from measured
    cross join thresholds

),

final as (

    select
        person_token,
        therapeutic_class,
        condition_code,
        period_end_date,
        is_closed_month,
        first_fill_date,
        last_fill_date,
        observed_until_date,
        fill_day_count,
        observed_day_count,
        covered_day_count,
        covered_share as proportion_of_days_covered,
        is_eligible,
        is_eligible and covered_share >= adherent_pdc as is_adherent
    from judged

)

select * from final
