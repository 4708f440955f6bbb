{{ config(materialized='table') }}

{#- Nights with a difference of one sign in a row are one episode; a night without a count neither ends nor begins
    one. -#}
with shelf_days as (

    select * from {{ ref('int_supply__shelf_days') }}

),

movements as (

    select * from {{ ref('stg_inventory__movements') }}

),

batches as (

    select * from {{ ref('int_supply__transfer_batches') }}

),

products as (

    select * from {{ ref('int_reference__products') }}

),

signed as (

    select
        *,
        sign(difference_quantity) as direction,
        lag(sign(difference_quantity)) over (
            partition by location_id, sku_id
            order by business_date nulls last
        ) as direction_before,
        lag(business_date) over (
            partition by location_id, sku_id
            order by business_date nulls last
        ) as counted_before_on,
        lead(business_date) over (
            partition by location_id, sku_id
            order by business_date nulls last
        ) as counted_next_on
    from shelf_days

),

numbered as (

    select
        *,
        sum(case when direction = direction_before then 0 else 1 end) over (
            {{ rows_so_far(['location_id', 'sku_id'], ['business_date']) }}
        ) as stretch_number
    from signed

),

stretches as (

    select
        location_id,
        sku_id,
        stretch_number,
        max(direction) as direction,
        min(business_date) as first_seen_on,
        max(business_date) as last_seen_on,
        case when min(counted_before_on) < min(business_date) then min(counted_before_on) end as last_agreed_on,
        case when max(counted_next_on) > max(business_date) then max(counted_next_on) end as ended_on,
        max_by(book_quantity, business_date) as book_quantity,
        max_by(counted_quantity, business_date) as counted_quantity,
        max_by(difference_quantity, business_date) as difference_quantity
    from numbered
    where direction != 0
    group by location_id, sku_id, stretch_number

),

-- What was posted from the first night on until the count agreed again.
posted as (

    select
        stretches.location_id,
        stretches.sku_id,
        stretches.stretch_number,
        sum(movements.quantity) filter (
            where movements.movement_kind in ('adjustment', 'damage', 'expiry')
        ) as corrected_quantity,
        sum(movements.quantity) filter (
            where movements.movement_kind in ('receipt', 'transfer_in')
        ) as received_quantity
    from stretches
    inner join movements
        on
            stretches.location_id = movements.location_id
            and stretches.sku_id = movements.sku_id
            and stretches.first_seen_on <= movements.moved_on
            and (stretches.ended_on >= movements.moved_on or stretches.ended_on is null)
    group by stretches.location_id, stretches.sku_id, stretches.stretch_number

),

on_the_way as (

    select
        location_id,
        sku_id,
        min(departed_on) as departed_on
    from batches
    where arrived_on is null
    group by location_id, sku_id

),

final as (

    select
        stretches.location_id,
        stretches.sku_id,
        stretches.last_agreed_on,
        stretches.first_seen_on,
        stretches.last_seen_on,
        stretches.ended_on,
        stretches.ended_on is null as is_open,
        stretches.book_quantity,
        stretches.counted_quantity,
        stretches.difference_quantity,
        abs(stretches.difference_quantity) * products.unit_cost_yuan as difference_value_yuan,
        case
            when
                stretches.direction < 0
                and (stretches.ended_on is null or coalesce(posted.corrected_quantity, 0) < 0)
                then 'phantom_stock'
            when
                stretches.direction > 0
                and stretches.ended_on is null
                and on_the_way.departed_on <= stretches.first_seen_on
                then 'unposted_receipt'
            when
                stretches.direction > 0
                and stretches.ended_on is not null
                and coalesce(posted.received_quantity, 0) >= stretches.difference_quantity
                then 'unposted_receipt'
            else 'misplaced'
        end as likely_cause
    from stretches
    left join products on stretches.sku_id = products.sku_id
    left join posted
        on
            stretches.location_id = posted.location_id
            and stretches.sku_id = posted.sku_id
            and stretches.stretch_number = posted.stretch_number
    left join on_the_way
        on
            stretches.location_id = on_the_way.location_id
            and stretches.sku_id = on_the_way.sku_id

)

select * from final
