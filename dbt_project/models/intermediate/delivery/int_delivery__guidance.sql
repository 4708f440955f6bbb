with order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

goods as (

    select * from {{ ref('int_delivery__goods') }}

),

parameters as (

    select * from {{ ref('int_delivery__parameters') }}

),

medicine_orders as (

    select
        order_facts.order_id,
        order_facts.channel,
        order_facts.store_id,
        order_facts.delivery_mode,
        order_facts.is_prescription,
        order_facts.delivered_at,
        order_facts.guidance_kind,
        order_facts.guidance_sent_at,
        order_facts.placed_on,
        {{ local_date('order_facts.delivered_at') }} as delivered_on,
        {{ minutes_between('order_facts.delivered_at', 'order_facts.guidance_sent_at') }} as guidance_minutes,
        parameters.guidance_hours
    from order_facts
    inner join goods
        on
            order_facts.order_id = goods.order_id
            and order_facts.placed_on = goods.placed_on
    cross join parameters
    where
        order_facts.is_completed
        and goods.has_medicine

),

final as (

    select
        *,
        guidance_sent_at is not null as has_guidance,
        coalesce(guidance_minutes <= 60 * guidance_hours, false) as is_guided_in_time
    from medicine_orders

)

select * from final
