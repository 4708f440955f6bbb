{{ config(**incremental_by_day('placed_on', 'int_orders__touched_days')) }}

with payment_facts as (

    select * from {{ ref('int_orders__payment_facts') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(payment_method as string) as payment_method,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(amount_yuan as decimal(18, 2)) as amount_yuan,
        cast(is_completed as boolean) as is_completed,
        cast(paid_on as date) as paid_on,
        cast(placed_on as date) as placed_on
    from payment_facts
    where {{ is_touched_day('placed_on', ref('int_orders__touched_days')) }}

)

select * from final
