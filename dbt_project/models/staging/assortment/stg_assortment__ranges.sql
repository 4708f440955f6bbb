with versions as (

    select * from {{ ref('stg_assortment__versions') }}

),

final as (

    select
        location_id,
        sku_id,
        ranged_from,
        ranged_to,
        reorder_point,
        order_up_to,
        shelf_capacity_quantity,
        {{ utc_timestamp('updated_at') }} as updated_at
    from versions
    where is_current

)

select * from final
