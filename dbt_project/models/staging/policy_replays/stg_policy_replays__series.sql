with replays as (

    select * from {{ source('model_assets', 'policy_replays') }}

),

final as (

    select
        policy_code,
        location_id,
        sku_id,
        opening_quantity,
        received_quantity,
        demand_quantity,
        sold_quantity,
        wasted_quantity,
        closing_quantity,
        stockout_days,
        stock_pack_days,
        order_count,
        ordered_quantity
    from replays

)

select * from final
