with exposed_lots as (

    select * from {{ ref('int_climate__exposed_lots') }}

),

exposed_orders as (

    select * from {{ ref('int_climate__exposed_orders') }}

),

final as (

    select
        cast(exposed_lots.excursion_id as string) as excursion_id,
        cast(exposed_lots.location_id as string) as location_id,
        cast(exposed_lots.sku_id as string) as sku_id,
        cast(exposed_lots.lot_id as string) as lot_id,
        cast(exposed_lots.exposed_quantity as bigint) as exposed_quantity,
        cast(exposed_orders.order_id as string) as order_id,
        cast(exposed_orders.ordered_quantity as bigint) as exposed_order_quantity,
        cast(exposed_orders.handed_over_at as timestamp) as handed_over_at
    from exposed_lots
    left join exposed_orders
        on
            exposed_lots.excursion_id = exposed_orders.excursion_id
            and exposed_lots.sku_id = exposed_orders.sku_id
            and exposed_lots.lot_id = exposed_orders.lot_id

)

select * from final
