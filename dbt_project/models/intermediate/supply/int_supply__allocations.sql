{{ config(materialized='table') }}

{#- A distribution centre that has less than its locations ask for gives each next pack where it is most likely to be
    missed: as all packs of a SKU earn the same margin, that loses the least margin in all, and it leaves the locations with
    about the same probability of running out. Source: G. D. Eppen and L. Schrage, Centralized ordering policies in a
    multi-warehouse system with lead times and random demand (1981): equal fractiles. -#}
with needs as (

    select * from {{ ref('int_supply__replenishment_needs') }}

),

positions as (

    select * from {{ ref('int_supply__stock_positions') }}

),

pipeline as (

    select * from {{ ref('int_supply__stock_pipeline') }}

),

phantom_stock as (

    select * from {{ ref('int_supply__phantom_stock') }}

),

scores as (

    select * from {{ ref('int_supply__forecast_scores') }}

),

requests as (

    select
        needs.*,
        greatest(
            coalesce(positions.sellable_closing_quantity, 0)
            - coalesce(pipeline.reserved_quantity, 0)
            - coalesce(phantom_stock.phantom_quantity, 0),
            0
        ) as source_available_quantity,
        sum(needs.order_quantity) over (
            partition by needs.source_location_id, needs.sku_id, needs.business_date
        ) as requested_quantity
    from needs
    left join positions
        on
            needs.source_location_id = positions.location_id
            and needs.sku_id = positions.sku_id
            and needs.business_date = positions.business_date
    left join pipeline
        on
            needs.source_location_id = pipeline.location_id
            and needs.sku_id = pipeline.sku_id
            and needs.business_date = pipeline.business_date
    left join phantom_stock
        on
            needs.source_location_id = phantom_stock.location_id
            and needs.sku_id = phantom_stock.sku_id
            and needs.business_date = phantom_stock.business_date
    where needs.source_location_id is not null

),

contested as (

    select * from requests
    where requested_quantity > source_available_quantity

),

unit_numbers as (

    {{ number_spine('1', '(select max(order_quantity) from contested)', 'unit_number') }}

),

-- The pack with number k is missed when demand exceeds what is there with the k - 1 packs before it.
units as (

    select
        contested.location_id,
        contested.sku_id,
        contested.source_location_id,
        contested.business_date,
        contested.source_available_quantity,
        contested.quantile_50_quantity,
        contested.quantile_80_quantity,
        contested.quantile_90_quantity,
        contested.quantile_95_quantity,
        contested.quantile_975_quantity,
        contested.demand_sd_quantity,
        unit_numbers.unit_number,
        contested.stock_position_quantity + unit_numbers.unit_number - 1 as quantity_before
    from contested
    inner join unit_numbers on contested.order_quantity >= unit_numbers.unit_number

),

scored as (

    select
        units.*,
        {{ score_of_demand('quantity_before', 'demand_sd_quantity') }} as unit_score
    from units
    cross join scores

),

missed as (

    select
        *,
        -- Rounded, so that packs that are missed alike are alike on every engine; ties go by number, then by location.
        {{ rounded(excess_probability('quantity_before', 'unit_score'), 9) }} as missed_probability
    from scored

),

ranked as (

    select
        *,
        row_number() over (
            partition by source_location_id, sku_id, business_date
            order by missed_probability desc, unit_number asc nulls last, location_id asc nulls last
        ) as unit_rank
    from missed

),

shares as (

    select
        location_id,
        sku_id,
        business_date,
        count(*) as allocated_quantity
    from ranked
    where unit_rank <= source_available_quantity
    group by location_id, sku_id, business_date

),

final as (

    select
        requests.location_id,
        requests.sku_id,
        requests.source_location_id,
        requests.order_quantity,
        requests.requested_quantity,
        requests.source_available_quantity,
        case
            when requests.requested_quantity <= requests.source_available_quantity then requests.order_quantity
            else coalesce(shares.allocated_quantity, 0)
        end as allocated_quantity,
        requests.business_date
    from requests
    left join shares
        on
            requests.location_id = shares.location_id
            and requests.sku_id = shares.sku_id
            and requests.business_date = shares.business_date

)

select * from final
