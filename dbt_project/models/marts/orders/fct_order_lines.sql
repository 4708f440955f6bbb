{{ config(**incremental_by_day('placed_on', 'int_orders__touched_days')) }}

with line_facts as (

    select * from {{ ref('int_orders__line_facts') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(line_number as integer) as line_number,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(fulfilling_location_id as string) as fulfilling_location_id,
        cast(sku_id as string) as sku_id,
        cast(is_substituted as boolean) as is_substituted,
        cast(substituted_for_sku_id as string) as substituted_for_sku_id,
        cast(shipment_number as integer) as shipment_number,
        cast(lot_id as string) as lot_id,
        cast(quantity as integer) as quantity,
        cast(refunded_quantity as integer) as refunded_quantity,
        cast(unit_price_yuan as decimal(18, 2)) as unit_price_yuan,
        cast(discount_yuan as decimal(18, 2)) as discount_yuan,
        cast(unit_cost_yuan as decimal(18, 2)) as unit_cost_yuan,
        cast(net_line_yuan as decimal(18, 2)) as net_line_yuan,
        cast(cost_line_yuan as decimal(18, 2)) as cost_line_yuan,
        cast(has_prescription as boolean) as has_prescription,
        cast(trace_code_count as integer) as trace_code_count,
        cast(is_completed as boolean) as is_completed,
        cast(paid_on as date) as paid_on,
        cast(placed_on as date) as placed_on
    from line_facts
    where {{ is_touched_day('placed_on', ref('int_orders__touched_days')) }}

)

select * from final
