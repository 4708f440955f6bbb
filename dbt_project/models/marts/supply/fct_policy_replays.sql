with replays as (

    select * from {{ ref('int_supply__policy_replays') }}

),

replay_window as (

    select * from {{ ref('int_supply__replay_window') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

valued as (

    select
        replays.*,
        locations.location_kind,
        products.prescription_class,
        replay_window.window_first_date,
        replay_window.window_last_date,
        replay_window.window_days,
        coalesce(products.unit_cost_yuan, 0) as unit_cost_yuan,
        coalesce(products.list_price_yuan, 0) as list_price_yuan
    from replays
    cross join replay_window
    inner join locations on replays.location_id = locations.location_id
    inner join products on replays.sku_id = products.sku_id

),

final as (

    select
        cast(policy_code as string) as policy_code,
        cast(location_kind as string) as location_kind,
        cast(prescription_class as string) as prescription_class,
        cast(max(window_first_date) as date) as window_first_date,
        cast(max(window_last_date) as date) as window_last_date,
        cast(count(*) as bigint) as series_count,
        cast(sum(demand_quantity) as bigint) as window_demand_quantity,
        cast(sum(sold_quantity) as bigint) as window_sold_quantity,
        cast({{ safe_ratio('sum(sold_quantity)', 'sum(demand_quantity)') }} as double) as fill_rate,
        cast(sum((demand_quantity - sold_quantity) * list_price_yuan) as decimal(18, 2)) as lost_sales_yuan,
        cast(sum(window_days) as bigint) as series_days,
        cast(sum(stockout_days) as bigint) as stockout_days,
        cast({{ safe_ratio('sum(stockout_days)', 'sum(window_days)') }} as double) as stockout_rate,
        cast(
            {{ safe_ratio('sum(stock_pack_days * unit_cost_yuan)', 'max(window_days)') }} as double
        ) as mean_stock_value_yuan,
        cast(sum(wasted_quantity * unit_cost_yuan) as decimal(18, 2)) as waste_value_yuan,
        cast(sum(order_count) as bigint) as order_count,
        cast(sum(ordered_quantity) as bigint) as window_ordered_quantity
    from valued
    group by policy_code, location_kind, prescription_class

)

select * from final
