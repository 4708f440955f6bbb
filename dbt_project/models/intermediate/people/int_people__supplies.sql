{{ config(materialized='table') }}

{#- Until when the supply of a class lasts after each fill, and when the next one came. Of several active ingredients of
    a class the one that lasts longest counts. Days are numbered from one that lies before all of them. -#}
with fills as (

    select * from {{ ref('int_people__fills') }}

),

fill_days as (

    select
        person_token,
        therapeutic_class,
        condition_code,
        atc_code,
        filled_on,
        {{ days_between("date '2000-01-01'", 'filled_on') }} as filled_day_number,
        sum(supply_days) as supply_days
    from fills
    group by person_token, therapeutic_class, condition_code, atc_code, filled_on

),

summed as (

    select
        *,
        {{ supply_so_far('filled_day_number', 'supply_days', ['person_token', 'therapeutic_class', 'atc_code']) }}
            as supply_before
    from fill_days

),

shifted as (

    select
        *,
        {{ supply_end(
            'filled_day_number', 'supply_days', 'supply_before', ['person_token', 'therapeutic_class', 'atc_code']
        ) }} as covered_until_number
    from summed

),

class_days as (

    select
        person_token,
        therapeutic_class,
        condition_code,
        filled_on,
        max(covered_until_number) as covered_until_number,
        max(filled_day_number) as filled_day_number
    from shifted
    group by person_token, therapeutic_class, condition_code, filled_on

),

reached as (

    select
        *,
        max(covered_until_number) over ({{ rows_so_far(['person_token', 'therapeutic_class'], ['filled_day_number']) }})
            as reached_number,
        lead(filled_on) over (
            partition by person_token, therapeutic_class
            order by filled_on nulls last
        ) as next_filled_on
    from class_days

),

final as (

    select
        person_token,
        therapeutic_class,
        condition_code,
        {{ add_days('filled_on', 'reached_number - filled_day_number - 1') }} as supply_ends_on,
        next_filled_on,
        filled_on
    from reached

)

select * from final
