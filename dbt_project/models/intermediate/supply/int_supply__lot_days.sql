{{ config(**incremental_by_day('moved_on', 'stg_inventory__touched_days')) }}

{#- What a day adds to each lot. A balance on any day is a sum over this table, so that a late movement is mended in its
    own day only and no balance is carried from table to table, where an error would be carried too. -#}
with movements as (

    select * from {{ ref('stg_inventory__movements') }}
    where {{ is_touched_day('moved_on', ref('stg_inventory__touched_days')) }}

),

final as (

    select
        location_id,
        sku_id,
        lot_id,
        expiry_date,
        cast(sum(case when movement_kind = 'opening' then quantity else 0 end) as bigint) as opening_quantity,
        cast(sum(quantity) as bigint) as net_quantity,
        cast(sum(quantity * coalesce(unit_cost_yuan, 0)) as decimal(18, 2)) as net_value_yuan,
        moved_on
    from movements
    group by location_id, sku_id, lot_id, expiry_date, moved_on

)

select * from final
