{{ config(materialized='table') }}

{#- A log that comes late touches the day on which the order of its ride was placed. -#}
with order_days as (

    select * from {{ ref('int_orders__touched_days') }}

),

reading_days as (

    select * from {{ ref('stg_iot_readings__touched_days') }}

),

boxed_orders as (

    select
        placed_on,
        -- A log begins before the hand-over and ends after the delivery, perhaps over midnight.
        {{ add_days(local_date('handed_over_at'), -1) }} as first_day,
        {{ add_days(local_date('delivered_at'), 1) }} as last_day
    from {{ ref('stg_orders__orders') }}
    where delivery_box_id is not null

),

final as (

    select touched_day from order_days
    union
    select boxed_orders.placed_on as touched_day
    from boxed_orders
    inner join reading_days
        on
            boxed_orders.first_day <= reading_days.touched_day
            and boxed_orders.last_day >= reading_days.touched_day

)

select * from final
