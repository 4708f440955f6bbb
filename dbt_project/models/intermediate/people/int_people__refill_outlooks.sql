{{ config(materialized='table') }}

{#- When the next fill of a class is to be expected. Who has come often enough is expected after the own mean interval,
    any other when the supply at hand ends. The chance of coming within the horizon, not having come so far, follows from
    a logistic distribution of the interval and from the share of run-outs that the person renewed (with one renewed and
    one not added, Laplace): r (F(w + h) - F(w)) / (1 - r F(w)) with w days waited and h of horizon. -#}
with supplies as (

    select * from {{ ref('int_people__supplies') }}

),

thresholds as (

    select * from {{ ref('int_people__care_thresholds') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

spaced as (

    select
        supplies.*,
        cast({{ days_between('supplies.filled_on', 'supplies.next_filled_on') }} as bigint) as interval_days,
        as_of.as_of_date,
        thresholds.refill_history_intervals,
        thresholds.refill_sd_share,
        thresholds.refill_horizon_days,
        thresholds.renewal_grace_days,
        supplies.next_filled_on <= {{ add_days('supplies.supply_ends_on', 'thresholds.renewal_grace_days') }}
            as is_renewed,
        {{ add_days('supplies.supply_ends_on', 'thresholds.renewal_grace_days') }} as renewable_until_date
    from supplies
    cross join thresholds
    cross join as_of

),

histories as (

    select
        person_token,
        therapeutic_class,
        condition_code,
        as_of_date,
        refill_history_intervals,
        refill_sd_share,
        refill_horizon_days,
        renewal_grace_days,
        max(filled_on) as last_fill_date,
        max(supply_ends_on) as supply_ends_on,
        count(*) as fill_day_count,
        count(interval_days) as interval_count,
        {{ safe_ratio('sum(interval_days)', 'count(interval_days)') }} as mean_interval_days,
        {{ safe_ratio('sum(interval_days * interval_days)', 'count(interval_days)') }} as mean_squared_days,
        count(*) filter (where is_renewed) as renewed_count,
        count(*) filter (where is_renewed or renewable_until_date < as_of_date) as run_out_count
    from spaced
    group by
        person_token, therapeutic_class, condition_code, as_of_date, refill_history_intervals, refill_sd_share,
        refill_horizon_days, renewal_grace_days

),

expected as (

    select
        *,
        {{ days_between('last_fill_date', 'as_of_date') }} as waited_days,
        case
            when interval_count >= refill_history_intervals then mean_interval_days
            else cast({{ days_between('last_fill_date', 'supply_ends_on') }} + 1 as double)
        end as usual_days,
        case
            when interval_count >= refill_history_intervals
                then {{ square_root(
                    'greatest(mean_squared_days - mean_interval_days * mean_interval_days, 1)'
                ) }}
            else greatest(
                refill_sd_share * ({{ days_between('last_fill_date', 'supply_ends_on') }} + 1), cast(1 as double)
            )
        end as sd_days,
        {{ safe_ratio('renewed_count + 1', 'run_out_count + 2') }} as return_share
    from histories

),

-- Scale of a logistic distribution from its standard deviation: sd * sqrt(3) / pi.
shares as (

    select
        *,
        {{ safe_ratio(
            '1',
            '1 + ' ~ exponential('least(' ~ safe_ratio(
                'usual_days - waited_days', 'sd_days * cast(0.5513288954217921 as double)'
            ) ~ ', 50)')
        ) }} as share_now,
        {{ safe_ratio(
            '1',
            '1 + ' ~ exponential('least(' ~ safe_ratio(
                'usual_days - waited_days - refill_horizon_days', 'sd_days * cast(0.5513288954217921 as double)'
            ) ~ ', 50)')
        ) }} as share_then
    from expected

),

final as (

    select
        person_token,
        therapeutic_class,
        condition_code,
        last_fill_date,
        supply_ends_on,
        fill_day_count,
        as_of_date <= {{ add_days('supply_ends_on', 'renewal_grace_days') }} as is_in_use,
        {{ add_days('last_fill_date', rounded_integer('usual_days')) }} as next_refill_date,
        {{ safe_ratio('return_share * (share_then - share_now)', '1 - return_share * share_now') }}
            as refill_probability
    from shares

)

select * from final
