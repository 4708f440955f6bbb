{{ config(**incremental_by_day('placed_on', 'stg_orders__touched_days')) }}

with current_versions as (

    select *
    from {{ ref('stg_orders__versions') }}
    where
        is_current
        and {{ is_touched_day('placed_on', ref('stg_orders__touched_days')) }}

),

payment_copies as (

    select * from {{ source('lake', 'order_payments') }}

),

final as (

    select
        payment_copies.order_id,
        payment_copies.payment_number,
        payment_copies.payment_method,
        payment_copies.amount_yuan,
        current_versions.placed_on
    from current_versions
    inner join payment_copies
        on
            current_versions.order_id = payment_copies.order_id
            and current_versions.arrived_on = payment_copies.arrived_on
            and current_versions.source_file = payment_copies.source_file
            and current_versions.source_position = payment_copies.source_position

)

select * from final
