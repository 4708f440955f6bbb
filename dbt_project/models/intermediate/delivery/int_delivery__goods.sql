with order_lines as (

    select * from {{ ref('stg_orders__order_lines') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

final as (

    select
        order_lines.order_id,
        count(*) filter (where products.prescription_class != 'non_drug') > 0 as has_medicine,
        count(*) filter (where products.prescription_class = 'rx') > 0 as has_prescription_medicine,
        count(*) filter (where products.storage_class = 'cool') > 0 as has_cool_goods,
        count(*) filter (where products.storage_class = 'cold') > 0 as has_cold_goods,
        count(*) filter (where products.special_class != 'none') > 0 as has_special_goods,
        -- A source that names no lot says nothing about what was packed.
        case
            when count(order_lines.lot_id) > 0 then count(order_lines.lot_id) = count(*)
        end as is_every_line_picked,
        order_lines.placed_on
    from order_lines
    inner join products on order_lines.sku_id = products.sku_id
    group by order_lines.order_id, order_lines.placed_on

)

select * from final
