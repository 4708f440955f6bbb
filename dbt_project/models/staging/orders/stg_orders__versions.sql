{{ config(**incremental_by_day('placed_on', 'stg_orders__touched_days')) }}

with order_copies as (

    select
        order_id,
        updated_at,
        arrived_on,
        source_file,
        source_position,
        file_id,
        store_id,
        fulfilling_location_id,
        {{ local_date(utc_timestamp('placed_at')) }} as placed_on
    from {{ source('lake', 'orders') }}

),

line_copies as (

    select * from {{ source('lake', 'order_lines') }}

),

shipment_copies as (

    select * from {{ source('lake', 'order_shipments') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

products as (

    select * from {{ ref('stg_products__products') }}

),

recomputed as (

    {{ records_of_touched_days('order_copies', 'order_id', 'placed_on', ref('stg_orders__touched_days')) }}

),

named_products as (

    select
        arrived_on,
        file_id,
        source_position,
        sku_id
    from line_copies
    union all
    select
        arrived_on,
        file_id,
        source_position,
        substituted_for_sku_id as sku_id
    from line_copies
    where substituted_for_sku_id is not null

),

copies_of_unknown_products as (

    select distinct
        named_products.arrived_on,
        named_products.file_id,
        named_products.source_position
    from named_products
    left join products on named_products.sku_id = products.sku_id
    where products.sku_id is null

),

copies_from_unknown_locations as (

    select distinct
        shipment_copies.arrived_on,
        shipment_copies.file_id,
        shipment_copies.source_position
    from shipment_copies
    left join locations on shipment_copies.location_id = locations.location_id
    where
        shipment_copies.location_id is not null
        and locations.location_id is null

),

received as (

    select
        recomputed.*,
        case
            when stores.location_id is null then 'unknown_store'
            when
                (fulfilling.location_id is null and recomputed.fulfilling_location_id is not null)
                or copies_from_unknown_locations.file_id is not null
                then 'unknown_location'
            when copies_of_unknown_products.file_id is not null then 'unknown_sku'
        end as unknown_reference
    from recomputed
    left join locations as stores on recomputed.store_id = stores.location_id
    left join locations as fulfilling on recomputed.fulfilling_location_id = fulfilling.location_id
    left join copies_of_unknown_products
        on
            recomputed.arrived_on = copies_of_unknown_products.arrived_on
            and recomputed.file_id = copies_of_unknown_products.file_id
            and recomputed.source_position = copies_of_unknown_products.source_position
    left join copies_from_unknown_locations
        on
            recomputed.arrived_on = copies_from_unknown_locations.arrived_on
            and recomputed.file_id = copies_from_unknown_locations.file_id
            and recomputed.source_position = copies_from_unknown_locations.source_position

),

judged as (

    {{ judged_records('received', ['order_id']) }}

),

final as (

    select
        order_id,
        updated_at,
        arrived_on,
        source_file,
        source_position,
        file_id,
        verdict,
        is_current,
        placed_on
    from judged
    where {{ is_touched_day('placed_on', ref('stg_orders__touched_days')) }}

)

select * from final
