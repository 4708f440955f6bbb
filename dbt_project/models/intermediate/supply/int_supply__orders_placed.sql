with movements as (

    select * from {{ ref('stg_inventory__movements') }}

),

purchase_order_lines as (

    select * from {{ ref('int_supply__purchase_order_lines') }}

),

placed as (

    select
        counterparty_location_id as location_id,
        sku_id,
        location_id as source_location_id,
        -quantity as ordered_quantity,
        moved_on as ordered_on
    from movements
    where
        movement_kind = 'transfer_out'
        and counterparty_location_id is not null
    union all
    select
        location_id,
        sku_id,
        cast(null as string) as source_location_id,
        ordered_quantity,
        ordered_on
    from purchase_order_lines

),

final as (

    select
        location_id,
        sku_id,
        source_location_id,
        cast(sum(ordered_quantity) as bigint) as ordered_quantity,
        ordered_on
    from placed
    group by location_id, sku_id, source_location_id, ordered_on

)

select * from final
