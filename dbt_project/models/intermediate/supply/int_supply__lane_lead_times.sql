{{ config(materialized='table') }}

{#- Distribution of a lane's lead times by the product-limit estimate (E. L. Kaplan and P. Meier, JASA 53 (1958)
    457-481), in whole days: what is still on its way counts among those that could have come, up to the day it has
    waited. Leaving it out would keep the fast ones and lose the slow. What is left over after the longest wait is
    taken to come a day later (as B. Efron, Proc. 5th Berkeley Symposium 4 (1967), closes the distribution at its last
    observation). -#}
with observations as (

    select * from {{ ref('int_supply__lead_time_observations') }}

),

by_day as (

    select
        source_kind,
        lane_id,
        waited_days,
        count(*) filter (where not is_open) as arrived_count,
        count(*) as observed_count
    from observations
    group by source_kind, lane_id, waited_days

),

exposed as (

    select
        *,
        sum(observed_count) over (
            partition by source_kind, lane_id
            order by waited_days desc nulls last
            rows between unbounded preceding and current row
        ) as exposed_count
    from by_day

),

-- The product of the shares that did not come, as the sum of their logarithms; a share of nothing ends it.
survived as (

    select
        source_kind,
        lane_id,
        waited_days,
        case
            when min(exposed_count - arrived_count) over (
                {{ rows_so_far(['source_kind', 'lane_id'], ['waited_days']) }}
            ) = 0 then cast(0 as double)
            else
                {{ exponential(
                    'sum(' ~ natural_log(safe_ratio('exposed_count - arrived_count', 'exposed_count')) ~ ') over ('
                    ~ rows_so_far(['source_kind', 'lane_id'], ['waited_days']) ~ ')'
                ) }}
        end as still_open_share
    from exposed

),

arriving as (

    select
        source_kind,
        lane_id,
        waited_days,
        coalesce(
            lag(still_open_share) over (
                partition by source_kind, lane_id
                order by waited_days nulls last
            ),
            1
        ) - still_open_share as arriving_share
    from survived
    union all
    select
        source_kind,
        lane_id,
        max(waited_days) + 1 as waited_days,
        min(still_open_share) as arriving_share
    from survived
    group by source_kind, lane_id

),

-- For what has waited so many days: the lead times that are still possible.
beyond as (

    select
        source_kind,
        lane_id,
        waited_days,
        sum(arriving_share) over (
            partition by source_kind, lane_id
            order by waited_days desc nulls last
            rows between unbounded preceding and 1 preceding
        ) as share_beyond,
        sum(arriving_share * waited_days) over (
            partition by source_kind, lane_id
            order by waited_days desc nulls last
            rows between unbounded preceding and 1 preceding
        ) as days_beyond,
        sum(arriving_share * waited_days * waited_days) over (
            partition by source_kind, lane_id
            order by waited_days desc nulls last
            rows between unbounded preceding and 1 preceding
        ) as squares_beyond
    from arriving

),

final as (

    select
        source_kind,
        lane_id,
        waited_days,
        {{ safe_ratio('days_beyond', 'share_beyond') }} as expected_days,
        {{ safe_ratio('squares_beyond', 'share_beyond') }} as expected_squares
    from beyond

)

select * from final
