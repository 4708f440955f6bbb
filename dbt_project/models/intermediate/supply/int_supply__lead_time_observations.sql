{{ config(materialized='table') }}

{#- Deliveries of both kinds in one shape. base_days is what would be expected without any observation; only the
    deviation from it is learnt, so that suppliers with different agreements can lend each other strength. -#}
with deliveries as (

    select * from {{ ref('int_supply__supplier_deliveries') }}

),

batches as (

    select * from {{ ref('int_supply__transfer_batches') }}

),

suppliers as (

    select * from {{ ref('int_reference__suppliers') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

relations as (

    select * from {{ ref('int_supply__relations') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

purchased as (

    select
        'supplier' as source_kind,
        deliveries.location_id,
        deliveries.sku_id,
        deliveries.supplier_id as lane_id,
        deliveries.ordered_on as started_on,
        deliveries.received_on is null as is_open,
        deliveries.waited_days,
        suppliers.agreed_lead_time_days
    from deliveries
    left join suppliers on deliveries.supplier_id = suppliers.supplier_id
    cross join parameters
    where
        deliveries.received_on is not null
        or deliveries.late_days is null
        or deliveries.late_days <= parameters.purchase_presumed_lost_days

),

transferred as (

    select
        sources.location_kind as source_kind,
        batches.location_id,
        batches.sku_id,
        batches.source_location_id || ' ' || batches.location_id as lane_id,
        batches.departed_on as started_on,
        batches.arrived_on is null as is_open,
        cast({{ days_between('batches.departed_on', 'coalesce(batches.arrived_on, as_of.as_of_date)') }} as integer)
            as waited_days,
        cast(null as integer) as agreed_lead_time_days
    from batches
    inner join locations as sources on batches.source_location_id = sources.location_id
    cross join as_of
    cross join parameters
    where
        {{ days_between('batches.departed_on', 'coalesce(batches.arrived_on, as_of.as_of_date)') }}
        <= parameters.transfer_presumed_lost_days

),

observed as (

    select * from purchased
    union all
    select * from transferred

),

-- What arrived before it left is an entry that the books miss and no journey.
final as (

    select
        observed.source_kind,
        locations.location_kind,
        observed.lane_id,
        observed.location_id,
        observed.sku_id,
        observed.is_open,
        observed.waited_days,
        coalesce(cast(observed.agreed_lead_time_days as double), relations.lead_time_days) as base_days
    from observed
    inner join locations on observed.location_id = locations.location_id
    inner join relations
        on
            observed.source_kind = relations.source_kind
            and locations.location_kind = relations.location_kind
    cross join as_of
    cross join parameters
    where
        observed.waited_days >= 0
        and observed.started_on >= {{ add_days('as_of.as_of_date', '-parameters.lead_time_history_days') }}

)

select * from final
