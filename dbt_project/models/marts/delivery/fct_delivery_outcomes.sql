{{ config(**incremental_by_day('placed_on', 'int_delivery__touched_days')) }}

with outcomes as (

    select * from {{ ref('int_delivery__outcomes') }}

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(channel as string) as channel,
        cast(store_id as string) as store_id,
        cast(fulfilling_location_id as string) as fulfilling_location_id,
        cast(delivery_mode as string) as delivery_mode,
        cast(courier_company as string) as courier_company,
        cast(is_completed as boolean) as is_completed,
        cast(is_promise_kept as boolean) as is_promise_kept,
        cast(is_complete as boolean) as is_complete,
        cast(is_undamaged as boolean) as is_undamaged,
        cast(has_claim as boolean) as has_claim,
        cast(is_cold_chain_kept as boolean) as is_cold_chain_kept,
        cast(is_guided as boolean) as is_guided,
        cast(is_perfect as boolean) as is_perfect,
        cast(procedure_breach_count as integer) as procedure_breach_count,
        cast(procedure_unknown_count as integer) as procedure_unknown_count,
        cast(paid_on as date) as paid_on,
        cast(placed_on as date) as placed_on
    from outcomes
    where {{ is_touched_day('placed_on', ref('int_delivery__touched_days')) }}

)

select * from final
