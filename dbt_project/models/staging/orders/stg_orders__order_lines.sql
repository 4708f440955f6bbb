{{ config(**incremental_by_day('placed_on', 'stg_orders__touched_days')) }}

with current_versions as (

    select *
    from {{ ref('stg_orders__versions') }}
    where
        is_current
        and {{ is_touched_day('placed_on', ref('stg_orders__touched_days')) }}

),

line_copies as (

    select * from {{ source('lake', 'order_lines') }}

),

final as (

    select
        line_copies.order_id,
        line_copies.line_number,
        line_copies.sku_id,
        line_copies.quantity,
        line_copies.unit_price_yuan,
        line_copies.discount_yuan,
        line_copies.unit_cost_yuan,
        line_copies.lot_id,
        line_copies.trace_codes,
        line_copies.prescription_id,
        current_versions.placed_on
    from current_versions
    inner join line_copies
        on
            current_versions.order_id = line_copies.order_id
            and current_versions.arrived_on = line_copies.arrived_on
            and current_versions.source_file = line_copies.source_file
            and current_versions.source_position = line_copies.source_position

)

select * from final
