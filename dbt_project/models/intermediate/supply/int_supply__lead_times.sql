{{ config(materialized='table') }}

{#- Every delivery counts with its lead time, an open one with the mean and mean square of the lead times that its
    lane has beyond the days it has waited. Mean and mean square of a pair are drawn towards its lane's, the lane's
    towards those of all lanes between such locations, and these towards the agreement: each wider group counts as
    lead_time_prior_lines deliveries (the posterior mean under a conjugate prior of that weight, moment by moment). -#}
with ranges as (

    select * from {{ ref('int_supply__ranges') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

suppliers as (

    select * from {{ ref('int_reference__suppliers') }}

),

relations as (

    select * from {{ ref('int_supply__relations') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

observations as (

    select * from {{ ref('int_supply__lead_time_observations') }}

),

lane_lead_times as (

    select * from {{ ref('int_supply__lane_lead_times') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

completed as (

    select
        observations.source_kind,
        observations.location_kind,
        observations.lane_id,
        observations.location_id,
        observations.sku_id,
        observations.base_days,
        case
            when observations.is_open then lane_lead_times.expected_days
            else cast(observations.waited_days as double)
        end as days,
        case
            when observations.is_open then lane_lead_times.expected_squares
            else cast(observations.waited_days * observations.waited_days as double)
        end as day_squares
    from observations
    left join lane_lead_times
        on
            observations.source_kind = lane_lead_times.source_kind
            and observations.lane_id = lane_lead_times.lane_id
            and observations.waited_days = lane_lead_times.waited_days

),

-- As decimals the sums are the same in any order, and so is a lead time that is rounded up to whole days.
deviations as (

    select
        source_kind,
        location_kind,
        lane_id,
        location_id,
        sku_id,
        {{ rounded_decimal('days - base_days', 18, 6) }} as deviation_days,
        {{ rounded_decimal('day_squares - 2 * base_days * days + base_days * base_days', 18, 6) }} as deviation_squares
    from completed

),

kinds as (

    select
        source_kind,
        location_kind,
        count(*) as delivery_count,
        sum(deviation_days) as deviation_days,
        sum(deviation_squares) as deviation_squares
    from deviations
    group by source_kind, location_kind

),

lanes as (

    select
        source_kind,
        location_kind,
        lane_id,
        count(*) as delivery_count,
        sum(deviation_days) as deviation_days,
        sum(deviation_squares) as deviation_squares
    from deviations
    group by source_kind, location_kind, lane_id

),

pairs as (

    select
        source_kind,
        location_kind,
        lane_id,
        location_id,
        sku_id,
        count(*) as delivery_count,
        sum(deviation_days) as deviation_days,
        sum(deviation_squares) as deviation_squares
    from deviations
    group by source_kind, location_kind, lane_id, location_id, sku_id

),

ranged as (

    select distinct
        ranges.location_id,
        ranges.sku_id
    from ranges
    cross join as_of
    where
        ranges.ranged_from <= as_of.as_of_date
        and (ranges.ranged_to >= as_of.as_of_date or ranges.ranged_to is null)

),

sourced as (

    select
        ranged.location_id,
        ranged.sku_id,
        locations.parent_location_id as source_location_id,
        products.supplier_id,
        locations.location_kind,
        coalesce(sources.location_kind, 'supplier') as source_kind,
        coalesce(sources.location_id || ' ' || ranged.location_id, products.supplier_id) as lane_id,
        case when sources.location_id is null then suppliers.agreed_lead_time_days end as agreed_lead_time_days
    from ranged
    inner join locations on ranged.location_id = locations.location_id
    inner join products on ranged.sku_id = products.sku_id
    left join locations as sources on locations.parent_location_id = sources.location_id
    left join suppliers on products.supplier_id = suppliers.supplier_id

),

kind_moments as (

    select
        relations.source_kind,
        relations.location_kind,
        {{ drawn_towards(
            'kinds.deviation_days', 'kinds.delivery_count', '0', 'parameters.lead_time_prior_lines'
        ) }} as deviation_days,
        {{ drawn_towards(
            'kinds.deviation_squares',
            'kinds.delivery_count',
            'relations.lead_time_sd_days * relations.lead_time_sd_days',
            'parameters.lead_time_prior_lines'
        ) }} as deviation_squares
    from relations
    cross join parameters
    left join kinds
        on
            relations.source_kind = kinds.source_kind
            and relations.location_kind = kinds.location_kind

),

lane_moments as (

    select
        sourced.location_id,
        sourced.sku_id,
        {{ drawn_towards(
            'lanes.deviation_days',
            'lanes.delivery_count',
            'kind_moments.deviation_days',
            'parameters.lead_time_prior_lines'
        ) }} as deviation_days,
        {{ drawn_towards(
            'lanes.deviation_squares',
            'lanes.delivery_count',
            'kind_moments.deviation_squares',
            'parameters.lead_time_prior_lines'
        ) }} as deviation_squares
    from sourced
    cross join parameters
    inner join kind_moments
        on
            sourced.source_kind = kind_moments.source_kind
            and sourced.location_kind = kind_moments.location_kind
    left join lanes
        on
            sourced.source_kind = lanes.source_kind
            and sourced.location_kind = lanes.location_kind
            and sourced.lane_id = lanes.lane_id

),

pair_moments as (

    select
        lane_moments.location_id,
        lane_moments.sku_id,
        {{ drawn_towards(
            'pairs.deviation_days',
            'pairs.delivery_count',
            'lane_moments.deviation_days',
            'parameters.lead_time_prior_lines'
        ) }} as deviation_days,
        {{ drawn_towards(
            'pairs.deviation_squares',
            'pairs.delivery_count',
            'lane_moments.deviation_squares',
            'parameters.lead_time_prior_lines'
        ) }} as deviation_squares
    from lane_moments
    cross join parameters
    inner join sourced
        on
            lane_moments.location_id = sourced.location_id
            and lane_moments.sku_id = sourced.sku_id
    left join pairs
        on
            sourced.source_kind = pairs.source_kind
            and sourced.lane_id = pairs.lane_id
            and sourced.location_id = pairs.location_id
            and sourced.sku_id = pairs.sku_id

),

timed as (

    select
        sourced.location_id,
        sourced.sku_id,
        sourced.source_location_id,
        sourced.supplier_id,
        {{ rounded(
            'greatest(coalesce(cast(sourced.agreed_lead_time_days as double), relations.lead_time_days)'
            ~ ' + pair_moments.deviation_days, 0)',
            6
        ) }} as lead_time_days,
        {{ square_root(
            'greatest(pair_moments.deviation_squares - pair_moments.deviation_days * pair_moments.deviation_days, 0)'
        ) }} as lead_time_sd_days,
        relations.review_days
    from sourced
    inner join relations
        on
            sourced.source_kind = relations.source_kind
            and sourced.location_kind = relations.location_kind
    inner join pair_moments
        on
            sourced.location_id = pair_moments.location_id
            and sourced.sku_id = pair_moments.sku_id

),

final as (

    select
        location_id,
        sku_id,
        source_location_id,
        supplier_id,
        lead_time_days,
        lead_time_sd_days,
        review_days,
        cast({{ integer_ceiling('lead_time_days + review_days') }} as integer) as protection_days
    from timed

)

select * from final
