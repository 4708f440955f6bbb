with rooms as (

    select * from {{ ref('stg_sensors__sensors') }}
    where sensor_kind = 'climate'

),

ranges as (

    select * from {{ ref('stg_assortment__ranges') }}

),

products as (

    select * from {{ ref('stg_products__products') }}

),

final as (

    {{ roomless_classes('rooms', 'ranges', 'products') }}

)

select * from final
