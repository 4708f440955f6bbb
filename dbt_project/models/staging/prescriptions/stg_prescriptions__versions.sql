{{ config(**incremental_by_day('issued_on', 'stg_prescriptions__touched_days')) }}

with prescription_copies as (

    select
        prescription_id,
        updated_at,
        arrived_on,
        source_file,
        source_position,
        file_id,
        {{ local_date(utc_timestamp('issued_at')) }} as issued_on
    from {{ source('lake', 'prescriptions') }}

),

item_copies as (

    select * from {{ source('lake', 'prescription_items') }}

),

products as (

    select * from {{ ref('stg_products__products') }}

),

recomputed as (

    {{ records_of_touched_days(
        'prescription_copies', 'prescription_id', 'issued_on', ref('stg_prescriptions__touched_days')
    ) }}

),

copies_of_unknown_products as (

    select distinct
        item_copies.arrived_on,
        item_copies.file_id,
        item_copies.source_position
    from item_copies
    left join products on item_copies.sku_id = products.sku_id
    where products.sku_id is null

),

received as (

    select
        recomputed.*,
        case when copies_of_unknown_products.file_id is not null then 'unknown_sku' end as unknown_reference
    from recomputed
    left join copies_of_unknown_products
        on
            recomputed.arrived_on = copies_of_unknown_products.arrived_on
            and recomputed.file_id = copies_of_unknown_products.file_id
            and recomputed.source_position = copies_of_unknown_products.source_position

),

judged as (

    {{ judged_records('received', ['prescription_id']) }}

),

final as (

    select
        prescription_id,
        updated_at,
        arrived_on,
        source_file,
        source_position,
        file_id,
        verdict,
        is_current,
        issued_on
    from judged
    where {{ is_touched_day('issued_on', ref('stg_prescriptions__touched_days')) }}

)

select * from final
