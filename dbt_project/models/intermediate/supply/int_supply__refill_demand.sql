{{ config(materialized='table') }}

{#- Refills that are due. Who buys a SKU again and again at even intervals is expected back after the usual one: the
    chance of coming within the protection time, not having come so far, from a logistic distribution of the
    interval and the share of customers who come back at all. The level of the series already holds what these
    customers take on the mean day, so what counts is the difference to that. Few people stand behind a row: it goes
    into totals of demand only and is shown nowhere. -#}
with lines as (

    select * from {{ ref('int_supply__demand_lines') }}

),

lead_times as (

    select * from {{ ref('int_supply__lead_times') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

bounds as (

    select
        {{ add_days(
            'as_of.as_of_date', '1 - parameters.forecast_window_days - 2 * parameters.backtest_days'
        ) }} as first_day,
        {{ add_days(
            'as_of.as_of_date',
            '1 - parameters.forecast_window_days - parameters.demand_history_days'
        ) }} as first_demand_date,
        as_of.as_of_date as last_day
    from as_of
    cross join parameters

),

purchases as (

    select
        lines.customer_token,
        lines.location_id,
        lines.sku_id,
        lines.placed_on,
        sum(lines.demand_quantity) as quantity
    from lines
    cross join bounds
    where
        lines.customer_token is not null
        and lines.placed_on >= bounds.first_demand_date
    group by lines.customer_token, lines.location_id, lines.sku_id, lines.placed_on

),

spaced as (

    select
        *,
        {{ days_between('lag(placed_on) over customer_purchases', 'placed_on') }} as interval_days,
        lead(placed_on) over customer_purchases as next_placed_on
    from purchases
    window
        customer_purchases as (
            partition by customer_token, location_id, sku_id order by placed_on nulls last
        )

),

habits as (

    select
        *,
        count(interval_days) over purchases_so_far as interval_count,
        {{ safe_ratio('sum(interval_days) over purchases_so_far', 'count(interval_days) over purchases_so_far') }}
            as usual_days,
        {{ safe_ratio(
            'sum(interval_days * interval_days) over purchases_so_far',
            'count(interval_days) over purchases_so_far'
        ) }} as usual_squares,
        {{ safe_ratio('sum(quantity) over purchases_so_far', 'count(*) over purchases_so_far') }} as usual_quantity
    from spaced
    window
        purchases_so_far as (
            partition by customer_token, location_id, sku_id order by placed_on nulls last
            rows between unbounded preceding and current row
        )

),

regular as (

    select
        habits.location_id,
        habits.sku_id,
        habits.placed_on,
        habits.usual_days,
        habits.usual_quantity,
        lead_times.protection_days,
        -- Scale of a logistic distribution from its standard deviation, sd * sqrt(3) / pi, of a day at least.
        greatest(
            {{ square_root('greatest(habits.usual_squares - habits.usual_days * habits.usual_days, 1)') }},
            parameters.refill_sd_share * habits.usual_days
        ) * cast(0.5513288954217921 as double) as scale_days,
        habits.next_placed_on,
        {{ add_days('habits.placed_on', integer_ceiling('parameters.refill_patience_share * habits.usual_days')) }}
            as patience_ends_on,
        least(
            coalesce({{ add_days('habits.next_placed_on', -1) }}, bounds.last_day),
            {{ add_days('habits.placed_on', integer_ceiling('parameters.refill_patience_share * habits.usual_days')) }},
            bounds.last_day
        ) as last_waiting_day,
        greatest(habits.placed_on, bounds.first_day) as first_waiting_day
    from habits
    cross join parameters
    cross join bounds
    inner join lead_times
        on
            habits.location_id = lead_times.location_id
            and habits.sku_id = lead_times.sku_id
    where
        habits.interval_count >= parameters.refill_intervals
        and habits.usual_days between parameters.refill_least_days and parameters.refill_most_days
        and habits.usual_squares - habits.usual_days * habits.usual_days
        <= parameters.refill_variation * habits.usual_days * habits.usual_days

),

days as (

    {{ day_spine('(select first_day from bounds)', '(select last_day from bounds)', 'demand_date') }}

),

waiting as (

    select
        regular.*,
        days.demand_date,
        {{ days_between('regular.placed_on', 'days.demand_date') }} as waited_days
    from regular
    inner join days on days.demand_date between regular.first_waiting_day and regular.last_waiting_day

),

-- Not everybody comes back: share of the habits that were kept up, once there had been time for it.
returns as (

    select
        coalesce(
            {{ safe_ratio(
                'count(*) filter (where regular.next_placed_on <= regular.patience_ends_on)', 'count(*)'
            ) }},
            0
        ) as return_share
    from regular
    cross join bounds
    where regular.patience_ends_on <= bounds.last_day

),

-- Distribution function of the interval now and when the protection time ends.
shares as (

    select
        waiting.*,
        returns.return_share,
        {{ safe_ratio(
            '1',
            '1 + ' ~ exponential(
                'least(' ~ safe_ratio('waiting.usual_days - waiting.waited_days', 'waiting.scale_days') ~ ', 50)'
            )
        ) }} as share_now,
        {{ safe_ratio(
            '1',
            '1 + ' ~ exponential(
                'least(' ~ safe_ratio(
                    'waiting.usual_days - waiting.waited_days - waiting.protection_days', 'waiting.scale_days'
                ) ~ ', 50)'
            )
        ) }} as share_then
    from waiting
    cross join returns

),

chances as (

    select
        *,
        {{ safe_ratio('return_share * (share_then - share_now)', '1 - return_share * share_now') }} as refill_chance
    from shares

),

final as (

    select
        location_id,
        sku_id,
        {{ exact_sum(
            'usual_quantity * (refill_chance - ' ~ safe_ratio('return_share * protection_days', 'usual_days') ~ ')'
        ) }} as due_difference,
        demand_date
    from chances
    group by location_id, sku_id, demand_date

)

select * from final
