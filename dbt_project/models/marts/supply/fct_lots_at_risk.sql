with lots_on_hand as (

    select * from {{ ref('int_supply__lots_on_hand') }}

),

lot_days as (

    select * from {{ ref('int_supply__lot_days') }}

),

policy as (

    select * from {{ ref('int_supply__replenishment_policy') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

expected_demand as (

    select
        policy.location_id,
        policy.sku_id,
        policy.expected_daily_quantity
    from policy
    inner join as_of on policy.business_date = as_of.as_of_date

),

-- On its last day and after it a lot sells no more: what the books still hold of it is waste to come.
past_lots as (

    select
        lot_days.location_id,
        lot_days.sku_id,
        lot_days.lot_id,
        lot_days.expiry_date,
        sum(lot_days.net_quantity) as lot_quantity,
        sum(lot_days.net_value_yuan) as lot_value_yuan
    from lot_days
    inner join as_of
        on
            lot_days.expiry_date <= as_of.as_of_date
            and lot_days.moved_on <= as_of.as_of_date
    group by lot_days.location_id, lot_days.sku_id, lot_days.lot_id, lot_days.expiry_date
    having sum(lot_days.net_quantity) > 0

),

lots as (

    select
        lots_on_hand.location_id,
        lots_on_hand.sku_id,
        lots_on_hand.lot_id,
        lots_on_hand.expiry_date,
        lots_on_hand.lot_quantity,
        lots_on_hand.lot_unit_cost_yuan,
        lots_on_hand.at_risk_quantity
    from lots_on_hand
    cross join parameters
    where
        lots_on_hand.at_risk_quantity > 0
        and lots_on_hand.days_to_expiry <= parameters.near_expiry_days
    union all
    select
        past_lots.location_id,
        past_lots.sku_id,
        past_lots.lot_id,
        past_lots.expiry_date,
        past_lots.lot_quantity,
        {{ safe_ratio('past_lots.lot_value_yuan', 'past_lots.lot_quantity') }} as lot_unit_cost_yuan,
        past_lots.lot_quantity as at_risk_quantity
    from past_lots

),

at_risk as (

    select
        lots.*,
        {{ days_between('as_of.as_of_date', 'lots.expiry_date') }} as days_to_expiry,
        locations.region_zh,
        locations.city_zh,
        locations.parent_location_id,
        as_of.as_of_date
    from lots
    inner join locations on lots.location_id = locations.location_id
    cross join as_of

),

-- Stores of the same region, or that the same distribution centre supplies, or that the lot's own centre supplies.
places as (

    select
        at_risk.location_id,
        at_risk.sku_id,
        at_risk.lot_id,
        at_risk.expiry_date,
        stores.location_id as place_id,
        stores.city_zh = at_risk.city_zh as is_same_city,
        expected_demand.expected_daily_quantity,
        {{ integer_floor(
            rounded(
                'expected_demand.expected_daily_quantity'
                ~ ' * greatest(at_risk.days_to_expiry - parameters.transfer_days, 0)',
                6
            )
        ) }} as sellable_quantity
    from at_risk
    cross join parameters
    inner join locations as stores
        on
            at_risk.location_id != stores.location_id
            and stores.location_kind = 'store'
            and (
                at_risk.region_zh = stores.region_zh
                or at_risk.parent_location_id = stores.parent_location_id
                or at_risk.location_id = stores.parent_location_id
            )
    inner join expected_demand
        on
            stores.location_id = expected_demand.location_id
            and at_risk.sku_id = expected_demand.sku_id

),

-- There the lot stands before what expires later and behind what expires no later.
rooms as (

    select
        places.location_id,
        places.sku_id,
        places.lot_id,
        places.expiry_date,
        places.place_id,
        places.is_same_city,
        places.expected_daily_quantity,
        places.sellable_quantity - coalesce(sum(lots_on_hand.lot_quantity), 0) as room_quantity
    from places
    left join lots_on_hand
        on
            places.place_id = lots_on_hand.location_id
            and places.sku_id = lots_on_hand.sku_id
            and places.expiry_date >= lots_on_hand.expiry_date
    group by
        places.location_id,
        places.sku_id,
        places.lot_id,
        places.expiry_date,
        places.place_id,
        places.is_same_city,
        places.expected_daily_quantity,
        places.sellable_quantity

),

best_places as (

    select
        *,
        row_number() over (
            partition by location_id, sku_id, lot_id, expiry_date
            order by
                room_quantity desc nulls last,
                is_same_city desc nulls last,
                expected_daily_quantity desc nulls last,
                place_id asc nulls last
        ) as preference
    from rooms
    where room_quantity > 0

),

final as (

    select
        cast(at_risk.location_id as string) as location_id,
        cast(at_risk.sku_id as string) as sku_id,
        cast(at_risk.lot_id as string) as lot_id,
        cast(at_risk.expiry_date as date) as expiry_date,
        cast(at_risk.days_to_expiry as integer) as days_to_expiry,
        cast(at_risk.lot_quantity as bigint) as lot_quantity,
        {{ rounded('coalesce(expected_demand.expected_daily_quantity, 0)', 6) }} as expected_daily_quantity,
        cast(at_risk.at_risk_quantity as bigint) as at_risk_quantity,
        {{ rounded_decimal('at_risk.at_risk_quantity * coalesce(at_risk.lot_unit_cost_yuan, 0)', 18, 2) }}
            as at_risk_value_yuan,
        cast(best_places.place_id as string) as best_location_id,
        cast(
            case
                when best_places.place_id is not null
                    then least(best_places.room_quantity, at_risk.at_risk_quantity)
            end as bigint
        ) as best_location_quantity,
        cast(at_risk.as_of_date as date) as as_of_date
    from at_risk
    left join expected_demand
        on
            at_risk.location_id = expected_demand.location_id
            and at_risk.sku_id = expected_demand.sku_id
    left join best_places
        on
            at_risk.location_id = best_places.location_id
            and at_risk.sku_id = best_places.sku_id
            and at_risk.lot_id = best_places.lot_id
            and at_risk.expiry_date = best_places.expiry_date
            and best_places.preference = 1

)

select * from final
