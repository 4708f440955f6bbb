{{ config(materialized='table') }}

{#- Every way in which packs that one location can spare could be of use at another one nearby. -#}
with lots as (

    select * from {{ ref('int_supply__lots_on_hand') }}

),

policy as (

    select * from {{ ref('int_supply__replenishment_policy') }}

),

positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

pipeline as (

    select * from {{ ref('int_supply__stock_pipeline') }}

),

needs as (

    select * from {{ ref('int_supply__replenishment_needs') }}

),

allocations as (

    select * from {{ ref('int_supply__allocations') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

procedures as (

    select * from {{ ref('transfer_procedures') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

procedures_in_force as (

    select
        procedures.*,
        row_number() over (
            partition by procedures.storage_class, procedures.special_class order by procedures.valid_from desc
        ) as recency
    from procedures
    cross join as_of
    where procedures.valid_from <= as_of.as_of_date

),

-- Of a lot at risk every pack saved is worth its cost and what destroying it would take; of a surplus, what keeping it
-- costs.
spare as (

    select
        lots.*,
        'expiring' as reason_code,
        lots.at_risk_quantity as spare_quantity,
        lots.lot_unit_cost_yuan + parameters.disposal_pack_yuan as saved_pack_yuan
    from lots
    cross join parameters
    where lots.at_risk_quantity > 0
    union all
    select
        lots.*,
        'surplus' as reason_code,
        lots.surplus_quantity as spare_quantity,
        lots.lot_unit_cost_yuan * parameters.holding_cost_daily_rate * parameters.surplus_cover_days as saved_pack_yuan
    from lots
    cross join parameters
    where lots.surplus_quantity > 0

),

-- What can be sold there until a day is the demand until then, less what is there, comes, or has been promised to it.
takers as (

    select
        policy.location_id,
        policy.sku_id,
        policy.expected_daily_quantity,
        policy.expected_quantity,
        policy.demand_sd_quantity,
        needs.unit_margin_yuan,
        coalesce(needs.order_quantity, 0) as order_quantity,
        coalesce(allocations.allocated_quantity, needs.order_quantity, 0) as allocated_quantity,
        greatest(coalesce(positions.sellable_closing_quantity, 0), 0)
        + coalesce(pipeline.on_order_quantity, 0)
        + coalesce(pipeline.in_transit_quantity, 0)
        - coalesce(pipeline.reserved_quantity, 0)
        + coalesce(allocations.allocated_quantity, needs.order_quantity, 0) as supplied_quantity
    from policy
    inner join as_of on policy.business_date = as_of.as_of_date
    left join positions
        on
            policy.location_id = positions.location_id
            and policy.sku_id = positions.sku_id
            and policy.business_date = positions.business_date
    left join pipeline
        on
            policy.location_id = pipeline.location_id
            and policy.sku_id = pipeline.sku_id
            and policy.business_date = pipeline.business_date
    left join needs
        on
            policy.location_id = needs.location_id
            and policy.sku_id = needs.sku_id
            and policy.business_date = needs.business_date
    left join allocations
        on
            policy.location_id = allocations.location_id
            and policy.sku_id = allocations.sku_id
            and policy.business_date = allocations.business_date

),

sparing as (

    select distinct
        location_id,
        sku_id
    from spare

),

-- A location that has packs of its own to spare takes none of the kind.
free_takers as (

    select
        takers.*,
        {{ safe_ratio(
            'takers.supplied_quantity - takers.expected_quantity', 'takers.demand_sd_quantity'
        ) }} as loss_score
    from takers
    left join sparing
        on
            takers.location_id = sparing.location_id
            and takers.sku_id = sparing.sku_id
    where sparing.sku_id is null

),

short_takers as (

    select
        *,
        case
            when order_quantity > allocated_quantity
                then {{ expected_shortage(
                    'supplied_quantity', 'loss_score', 'expected_quantity', 'demand_sd_quantity'
                ) }}
            else 0
        end as expected_short_quantity
    from free_takers

),

-- Whole packs that are missed, each at the margin expected of it.
valued_takers as (

    select
        *,
        least(
            {{ integer_ceiling(rounded('expected_short_quantity', 6)) }}, order_quantity - allocated_quantity
        ) as short_quantity,
        coalesce({{ safe_ratio(
            'expected_short_quantity * unit_margin_yuan', integer_ceiling(rounded('expected_short_quantity', 6))
        ) }}, 0) as short_pack_yuan
    from short_takers

),

met as (

    select
        spare.*,
        valued_takers.location_id as taking_location_id,
        valued_takers.short_quantity,
        valued_takers.short_pack_yuan,
        {{ integer_floor(rounded(
            'valued_takers.expected_daily_quantity * (spare.days_to_expiry - parameters.transfer_days)', 6
        )) }} - valued_takers.supplied_quantity as room_quantity,
        {{ distance_kilometers(
            'sources.latitude', 'sources.longitude', 'destinations.latitude', 'destinations.longitude'
        ) }} as distance_kilometers,
        parameters.transfer_radius_kilometers
    from spare
    inner join valued_takers
        on
            spare.sku_id = valued_takers.sku_id
            and spare.location_id != valued_takers.location_id
    inner join locations as sources on spare.location_id = sources.location_id
    inner join locations as destinations on valued_takers.location_id = destinations.location_id
    cross join parameters

),

final as (

    select
        met.location_id as source_location_id,
        met.taking_location_id as location_id,
        met.sku_id,
        met.lot_id,
        met.expiry_date,
        met.reason_code,
        met.days_to_expiry,
        met.lot_quantity,
        met.spare_quantity,
        met.room_quantity,
        least(met.short_quantity, met.room_quantity) as short_quantity,
        met.saved_pack_yuan,
        met.short_pack_yuan,
        met.distance_kilometers,
        procedures_in_force.procedure_code,
        procedures_in_force.procedure_zh,
        procedures_in_force.procedure_en,
        procedures_in_force.handling_pack_yuan,
        procedures_in_force.parcel_yuan
        + met.distance_kilometers * procedures_in_force.kilometer_yuan as parcel_cost_yuan,
        met.business_date
    from met
    inner join procedures_in_force
        on
            met.storage_class = procedures_in_force.storage_class
            and met.special_class = procedures_in_force.special_class
            and procedures_in_force.recency = 1
            and procedures_in_force.is_transferable
    where
        met.room_quantity > 0
        and met.distance_kilometers <= met.transfer_radius_kilometers

)

select * from final
