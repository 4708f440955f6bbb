{{ config(**incremental_by_day('moved_on', 'stg_inventory__touched_days')) }}

{#- Squares are of single movements: an interval of a sum of write-offs or sales needs them. -#}
with movements as (

    select
        *,
        cast(-quantity * coalesce(unit_cost_yuan, 0) as decimal(12, 2)) as cost_yuan
    from {{ ref('stg_inventory__movements') }}
    where
        movement_kind in ('sale', 'return', 'expiry')
        and {{ is_touched_day('moved_on', ref('stg_inventory__touched_days')) }}

),

final as (

    select
        location_id,
        cast(coalesce(sum(cost_yuan) filter (where movement_kind != 'expiry'), 0) as decimal(18, 2))
            as sold_cost_yuan,
        cast(coalesce(sum(cost_yuan * cost_yuan) filter (where movement_kind != 'expiry'), 0) as decimal(38, 4))
            as sold_cost_squares,
        cast(coalesce(sum(cost_yuan) filter (where movement_kind = 'expiry'), 0) as decimal(18, 2))
            as expired_cost_yuan,
        cast(coalesce(sum(cost_yuan * cost_yuan) filter (where movement_kind = 'expiry'), 0) as decimal(38, 4))
            as expired_cost_squares,
        cast(count(*) filter (where movement_kind = 'expiry') as bigint) as write_off_count,
        moved_on
    from movements
    group by location_id, moved_on

)

select * from final
