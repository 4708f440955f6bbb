with ranges as (

    select * from {{ ref('stg_assortment__ranges') }}

),

final as (

    select
        location_id,
        sku_id,
        ranged_from,
        ranged_to
    from ranges

)

select * from final
