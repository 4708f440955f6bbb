{{ config(materialized='table') }}

{#- Lots sell in the order of their expiry. Of the first so many lots, what lies above the demand until the last one's
    expiry cannot sell; a pack lost with an earlier lot is no longer in the way of a later one, so the loss up to a lot is
    the greatest of these excesses up to it. -#}
with lot_days as (

    select * from {{ ref('int_supply__lot_days') }}

),

policy as (

    select * from {{ ref('int_supply__replenishment_policy') }}

),

pipeline as (

    select * from {{ ref('int_supply__stock_pipeline') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

lots as (

    select
        lot_days.location_id,
        lot_days.sku_id,
        lot_days.lot_id,
        lot_days.expiry_date,
        sum(lot_days.net_quantity) as lot_quantity,
        sum(lot_days.net_value_yuan) as lot_value_yuan
    from lot_days
    cross join as_of
    where
        lot_days.expiry_date > as_of.as_of_date
        and lot_days.moved_on <= as_of.as_of_date
    group by lot_days.location_id, lot_days.sku_id, lot_days.lot_id, lot_days.expiry_date
    having sum(lot_days.net_quantity) > 0

),

-- What is no longer ranged has no forecast: it is not expected to sell.
described as (

    select
        lots.*,
        as_of.as_of_date as business_date,
        {{ days_between('as_of.as_of_date', 'lots.expiry_date') }} as days_to_expiry,
        coalesce({{ safe_ratio('lots.lot_value_yuan', 'lots.lot_quantity') }}, 0) as lot_unit_cost_yuan,
        coalesce(policy.expected_daily_quantity, 0) as expected_daily_quantity,
        coalesce(pipeline.reserved_quantity, 0) as reserved_quantity,
        greatest(
            coalesce(policy.order_up_to_quantity, 0),
            {{ integer_ceiling(rounded(
                'coalesce(policy.expected_daily_quantity, 0) * parameters.surplus_cover_days', 6
            )) }}
        ) + coalesce(pipeline.reserved_quantity, 0) as kept_quantity
    from lots
    cross join as_of
    cross join parameters
    left join policy
        on
            lots.location_id = policy.location_id
            and lots.sku_id = policy.sku_id
            and as_of.as_of_date = policy.business_date
    left join pipeline
        on
            lots.location_id = pipeline.location_id
            and lots.sku_id = pipeline.sku_id
            and as_of.as_of_date = pipeline.business_date

),

queued as (

    select
        *,
        sum(lot_quantity) over lots_so_far as quantity_so_far,
        sum(lot_quantity) over (partition by location_id, sku_id) as pair_quantity
    from described
    window lots_so_far as (
        partition by location_id, sku_id
        order by expiry_date nulls last, lot_id nulls last
        rows between unbounded preceding and current row
    )

),

exceeding as (

    select
        *,
        greatest(max({{ integer_floor(rounded(
            'quantity_so_far - reserved_quantity - days_to_expiry * expected_daily_quantity', 6
        )) }}) over (
            partition by location_id, sku_id
            order by expiry_date nulls last, lot_id nulls last
            rows between unbounded preceding and current row
        ), 0) as lost_so_far
    from queued

),

risked as (

    select
        *,
        lost_so_far - coalesce(lag(lost_so_far) over (
            partition by location_id, sku_id order by expiry_date nulls last, lot_id nulls last
        ), 0) as at_risk_quantity,
        max(lost_so_far) over (partition by location_id, sku_id) as pair_at_risk_quantity
    from exceeding

),

-- Surplus is what is left above what is kept once the packs at risk are gone, the earliest to expire first.
spared as (

    select
        *,
        greatest(pair_quantity - pair_at_risk_quantity - kept_quantity, 0) as pair_surplus_quantity,
        quantity_so_far - lost_so_far - (lot_quantity - at_risk_quantity) as sound_before
    from risked

),

final as (

    select
        spared.location_id,
        spared.sku_id,
        spared.lot_id,
        spared.expiry_date,
        spared.days_to_expiry,
        spared.lot_quantity,
        spared.lot_unit_cost_yuan,
        spared.expected_daily_quantity,
        spared.at_risk_quantity,
        greatest(
            least(spared.pair_surplus_quantity - spared.sound_before, spared.lot_quantity - spared.at_risk_quantity), 0
        ) as surplus_quantity,
        products.storage_class,
        products.special_class,
        spared.business_date
    from spared
    inner join products on spared.sku_id = products.sku_id

)

select * from final
