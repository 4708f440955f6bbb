with outcomes as (

    select * from {{ ref('fct_delivery_outcomes') }}

),

claims as (

    select * from {{ ref('int_delivery__claims') }}

),

deliveries as (

    select
        coalesce(courier_company, 'unknown') as courier_company,
        {{ month_start('paid_on') }} as month_start_date,
        count(*) as delivery_count,
        count(*) filter (where has_claim) as claimed_delivery_count
    from outcomes
    where paid_on is not null
    group by coalesce(courier_company, 'unknown'), {{ month_start('paid_on') }}

),

claimed as (

    select
        coalesce(courier_company, 'unknown') as courier_company,
        {{ month_start('paid_on') }} as month_start_date,
        count(*) as claim_count,
        count(*) filter (where settled_at is null) as open_claim_count,
        sum(settled_yuan) as settled_yuan,
        sum(settled_yuan) filter (where liable_party = 'courier') as borne_by_courier_yuan,
        sum(settled_yuan) filter (where liable_party = 'chain') as borne_by_chain_yuan,
        {{ quantile('settle_hours', '0.5') }} as settle_hours_p50
    from claims
    where paid_on is not null
    group by coalesce(courier_company, 'unknown'), {{ month_start('paid_on') }}

),

-- A claim may name another company than the order does.
final as (

    select
        cast(coalesce(deliveries.courier_company, claimed.courier_company) as string) as courier_company,
        cast(coalesce(deliveries.month_start_date, claimed.month_start_date) as date) as month_start_date,
        cast(coalesce(deliveries.delivery_count, 0) as bigint) as delivery_count,
        cast(coalesce(deliveries.claimed_delivery_count, 0) as bigint) as claimed_delivery_count,
        cast(coalesce(claimed.claim_count, 0) as bigint) as claim_count,
        cast(coalesce(claimed.open_claim_count, 0) as bigint) as open_claim_count,
        cast(coalesce(claimed.settled_yuan, 0) as decimal(18, 2)) as settled_yuan,
        cast(coalesce(claimed.borne_by_courier_yuan, 0) as decimal(18, 2)) as borne_by_courier_yuan,
        cast(coalesce(claimed.borne_by_chain_yuan, 0) as decimal(18, 2)) as borne_by_chain_yuan,
        {{ safe_ratio('coalesce(claimed.settled_yuan, 0)', 'deliveries.delivery_count') }}
            as claim_cost_per_delivery_yuan,
        cast(claimed.settle_hours_p50 as double) as settle_hours_p50
    from deliveries
    full outer join claimed
        on
            deliveries.courier_company = claimed.courier_company
            and deliveries.month_start_date = claimed.month_start_date

)

select * from final
