{{ config(**incremental_by_day('moved_on', 'stg_inventory__touched_days')) }}

with movement_copies as (

    select
        *,
        {{ local_date(utc_timestamp('occurred_at')) }} as moved_on
    from {{ source('lake', 'inventory') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

products as (

    select * from {{ ref('stg_products__products') }}

),

recomputed as (

    {{ records_of_touched_days('movement_copies', 'movement_id', 'moved_on', ref('stg_inventory__touched_days')) }}

),

received as (

    select
        recomputed.*,
        case
            when locations.location_id is null then 'unknown_location'
            when products.sku_id is null then 'unknown_sku'
        end as unknown_reference
    from recomputed
    left join locations on recomputed.location_id = locations.location_id
    left join products on recomputed.sku_id = products.sku_id

),

judged as (

    {{ judged_records('received', ['movement_id']) }}

),

final as (

    select
        movement_id,
        movement_kind,
        location_id,
        sku_id,
        lot_id,
        expiry_date,
        quantity,
        unit_cost_yuan,
        {{ utc_timestamp('occurred_at') }} as occurred_at,
        order_id,
        counterparty_location_id,
        purchase_order_line_id,
        {{ utc_timestamp('updated_at') }} as updated_at,
        arrived_on,
        source_file,
        source_position,
        file_id,
        verdict,
        is_current,
        moved_on
    from judged
    where {{ is_touched_day('moved_on', ref('stg_inventory__touched_days')) }}

)

select * from final
