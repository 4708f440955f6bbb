{{ config(**incremental_by_day('ordered_on', 'stg_purchase_orders__touched_days')) }}

with line_copies as (

    select
        *,
        {{ local_date(utc_timestamp('ordered_at')) }} as ordered_on
    from {{ source('lake', 'purchase_orders') }}

),

suppliers as (

    select * from {{ ref('stg_suppliers__suppliers') }}

),

locations as (

    select * from {{ ref('stg_stores__locations') }}

),

products as (

    select * from {{ ref('stg_products__products') }}

),

recomputed as (

    {{ records_of_touched_days(
        'line_copies', 'purchase_order_line_id', 'ordered_on', ref('stg_purchase_orders__touched_days')
    ) }}

),

received as (

    select
        recomputed.*,
        case
            when suppliers.supplier_id is null then 'unknown_supplier'
            when locations.location_id is null then 'unknown_location'
            when products.sku_id is null then 'unknown_sku'
        end as unknown_reference
    from recomputed
    left join suppliers on recomputed.supplier_id = suppliers.supplier_id
    left join locations on recomputed.location_id = locations.location_id
    left join products on recomputed.sku_id = products.sku_id

),

judged as (

    {{ judged_records('received', ['purchase_order_line_id']) }}

),

final as (

    select
        purchase_order_line_id,
        purchase_order_id,
        supplier_id,
        location_id,
        sku_id,
        ordered_quantity,
        unit_price_yuan,
        {{ utc_timestamp('ordered_at') }} as ordered_at,
        promised_dispatch_on,
        promised_receipt_on,
        {{ utc_timestamp('dispatched_at') }} as dispatched_at,
        dispatched_quantity,
        {{ utc_timestamp('received_at') }} as received_at,
        received_quantity,
        {{ utc_timestamp('cancelled_at') }} as cancelled_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        arrived_on,
        source_file,
        source_position,
        file_id,
        verdict,
        is_current,
        ordered_on
    from judged
    where {{ is_touched_day('ordered_on', ref('stg_purchase_orders__touched_days')) }}

)

select * from final
