{{ config(materialized='table') }}

with positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

-- What a policy may know lies before the window: the days kept free for it count from the first day of the books.
bounds as (

    select
        greatest(
            {{ add_days('max(as_of.as_of_date)', '1 - max(parameters.replay_window_days)') }},
            {{ add_days('min(positions.business_date)', 'max(parameters.replay_history_days)') }}
        ) as window_first_date,
        max(as_of.as_of_date) as window_last_date
    from positions
    cross join parameters
    cross join as_of

),

final as (

    select
        window_first_date,
        window_last_date,
        {{ days_between('window_first_date', 'window_last_date') }} + 1 as window_days
    from bounds
    where window_first_date <= window_last_date

)

select * from final
