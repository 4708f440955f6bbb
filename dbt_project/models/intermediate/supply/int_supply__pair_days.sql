{{ config(**incremental_by_day('moved_on', 'stg_inventory__touched_days')) }}

with movements as (

    select * from {{ ref('stg_inventory__movements') }}
    where {{ is_touched_day('moved_on', ref('stg_inventory__touched_days')) }}

),

-- An opening balance lay there when the day began, whenever the ERP wrote it down.
followed as (

    select
        *,
        sum(case when movement_kind != 'opening' and moved_on <= expiry_date then quantity else 0 end) over (
            partition by location_id, sku_id, moved_on
            order by occurred_at nulls last, movement_id nulls last
            rows between unbounded preceding and current row
        ) as sellable_change_so_far
    from movements

),

final as (

    select
        location_id,
        sku_id,
        cast(coalesce(sum(quantity) filter (where movement_kind = 'opening'), 0) as bigint) as opening_quantity,
        cast(coalesce(sum(quantity) filter (where movement_kind in ('receipt', 'transfer_in')), 0) as bigint)
            as received_quantity,
        cast(coalesce(-sum(quantity) filter (where movement_kind = 'sale'), 0) as bigint) as sold_quantity,
        cast(coalesce(sum(quantity) filter (
            where movement_kind not in ('opening', 'receipt', 'transfer_in', 'sale')
        ), 0) as bigint) as other_quantity,
        cast(coalesce(sum(quantity) filter (where movement_kind = 'opening' and moved_on <= expiry_date), 0) as bigint)
            as sellable_opening_quantity,
        cast(coalesce(sum(quantity) filter (where movement_kind != 'opening' and moved_on <= expiry_date), 0) as bigint)
            as sellable_change_quantity,
        cast(least(min(sellable_change_so_far), 0) as bigint) as sellable_lowest_change,
        cast(sum(quantity * coalesce(unit_cost_yuan, 0)) as decimal(18, 2)) as net_value_yuan,
        moved_on
    from followed
    group by location_id, sku_id, moved_on

)

select * from final
