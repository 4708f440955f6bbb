{#- Median time to answer a surge, of the surges that began in the window that ends with the day. A surge still open has
    lasted longer than it shows, so that leaving it out, or taking it as answered, would make the chain look faster than it
    is: the median is that of the Kaplan-Meier estimate of the survival function (E. L. Kaplan and P. Meier, J. Am. Stat.
    Assoc. 53 (1958) 457), the first time at which it is one half or less; null while it does not fall so far. -#}
with surges as (

    select * from {{ ref('int_supply__demand_surges') }}
    where needs_response

),

policy as (

    select * from {{ ref('int_supply__replenishment_policy') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

catalogue as (

    select * from {{ ref('kpi_catalogue') }}
    where kpi_code = 'demand_response_hours'

),

-- Surges are known from the first forecast on: before a whole window of them, only the last day has a figure.
bounds as (

    select
        least(
            {{ add_days('min(policy.business_date)', 'catalogue.window_days - 1') }}, max(policy.business_date)
        ) as first_date,
        max(policy.business_date) as last_date
    from policy
    cross join catalogue
    group by catalogue.window_days

),

spine as (

    {{ day_spine('(select first_date from bounds)', '(select last_date from bounds)', 'business_date') }}

),

placed as (

    select
        surges.*,
        'store' as grain,
        'all' as area,
        surges.location_id as store_id
    from surges
    union all
    select
        surges.*,
        'city' as grain,
        locations.city_zh as area,
        'all' as store_id
    from surges
    inner join locations on surges.location_id = locations.location_id
    union all
    select
        surges.*,
        'region' as grain,
        locations.region_zh as area,
        'all' as store_id
    from surges
    inner join locations on surges.location_id = locations.location_id
    union all
    select
        surges.*,
        'chain' as grain,
        'all' as area,
        'all' as store_id
    from surges

),

ended as (

    select
        spine.business_date,
        placed.grain,
        placed.area,
        placed.store_id,
        placed.response_hours,
        count(*) as surge_count,
        count(*) filter (where not placed.is_open) as answered_count
    from placed
    cross join catalogue
    inner join spine
        on
            placed.started_on <= spine.business_date
            and placed.started_on > {{ add_days('spine.business_date', '-catalogue.window_days') }}
    group by spine.business_date, placed.grain, placed.area, placed.store_id, placed.response_hours

),

at_risk as (

    select
        *,
        sum(surge_count) over (
            partition by business_date, grain, area, store_id
            order by response_hours desc
            rows between unbounded preceding and current row
        ) as at_risk_count
    from ended

),

-- The product of the shares left, as a sum of logarithms; once nothing is left there is no logarithm, and nothing more.
survived as (

    select
        *,
        sum(coalesce({{ natural_log(safe_ratio('at_risk_count - answered_count', 'at_risk_count')) }}, 0)) over (
            partition by business_date, grain, area, store_id
            order by response_hours asc nulls last
            rows between unbounded preceding and current row
        ) as log_left_share,
        at_risk_count = answered_count as is_last_answered
    from at_risk

),

medians as (

    select
        business_date,
        grain,
        area,
        store_id,
        min(response_hours) filter (
            -- Rounded, or a share of exactly one half could be missed by the last digit of its logarithm.
            where is_last_answered or {{ rounded(exponential('log_left_share'), 9) }} <= 0.5
        ) as median_hours,
        sum(surge_count) as surge_count,
        sum(answered_count) as answered_count
    from survived
    group by business_date, grain, area, store_id

),

chain_days as (

    select
        business_date,
        'chain' as grain,
        'all' as area,
        'all' as store_id
    from spine

),

-- The chain has a row each day, also where no surge asked for an answer.
final as (

    select
        coalesce(medians.business_date, chain_days.business_date) as business_date,
        coalesce(medians.grain, chain_days.grain) as grain,
        coalesce(medians.area, chain_days.area) as area,
        coalesce(medians.store_id, chain_days.store_id) as store_id,
        medians.median_hours,
        coalesce(medians.surge_count, 0) as surge_count,
        coalesce(medians.answered_count, 0) as answered_count
    from medians
    full outer join chain_days
        on
            medians.business_date = chain_days.business_date
            and medians.grain = chain_days.grain

)

select * from final
