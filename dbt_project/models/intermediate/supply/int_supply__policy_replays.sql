with replayed as (

    select * from {{ ref('stg_policy_replays__series') }}

),

observed as (

    select * from {{ ref('int_supply__observed_policy') }}

),

final as (

    select
        policy_code,
        location_id,
        sku_id,
        demand_quantity,
        sold_quantity,
        wasted_quantity,
        stockout_days,
        stock_pack_days,
        order_count,
        ordered_quantity
    from observed
    union all
    select
        policy_code,
        location_id,
        sku_id,
        demand_quantity,
        sold_quantity,
        wasted_quantity,
        stockout_days,
        stock_pack_days,
        order_count,
        ordered_quantity
    from replayed

)

select * from final
