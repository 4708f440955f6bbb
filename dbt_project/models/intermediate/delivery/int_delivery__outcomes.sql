with delivery_clocks as (

    select * from {{ ref('int_orders__delivery_clocks') }}

),

goods as (

    select * from {{ ref('int_delivery__goods') }}

),

guidance as (

    select * from {{ ref('int_delivery__guidance') }}

),

claims as (

    select * from {{ ref('int_delivery__claims') }}

),

order_refunds as (

    select * from {{ ref('stg_orders__order_refunds') }}

),

delivery_logs as (

    select * from {{ ref('int_climate__delivery_logs') }}

),

procedure_checks as (

    select * from {{ ref('int_delivery__procedure_checks') }}

),

claims_of_order as (

    select
        order_id,
        placed_on,
        count(*) as claim_count,
        count(*) filter (where claim_kind = 'damage') as damage_claim_count,
        count(*) filter (where claim_kind = 'temperature') as temperature_claim_count
    from claims
    group by order_id, placed_on

),

refunds_of_order as (

    select
        order_id,
        placed_on,
        count(*) filter (where refund_reason in ('wrong_item', 'missing_item')) as wrong_goods_count,
        count(*) filter (where refund_reason = 'damaged') as damaged_goods_count
    from order_refunds
    group by order_id, placed_on

),

checks_of_order as (

    select
        order_id,
        placed_on,
        count(*) filter (where not is_kept) as breach_count,
        count(*) filter (where is_kept is null) as unknown_count
    from procedure_checks
    group by order_id, placed_on

),

-- Each part is true, false or, where nothing tells, null.
parts as (

    select
        delivery_clocks.order_id,
        delivery_clocks.channel,
        delivery_clocks.store_id,
        delivery_clocks.fulfilling_location_id,
        delivery_clocks.delivery_mode,
        delivery_clocks.courier_company,
        delivery_clocks.is_completed,
        case when delivery_clocks.is_completed then delivery_clocks.delivered_at <= delivery_clocks.promised_at end
            as is_promise_kept,
        case
            when refunds_of_order.wrong_goods_count > 0 then false
            else goods.is_every_line_picked
        end as is_complete,
        coalesce(claims_of_order.damage_claim_count, 0) = 0
        and coalesce(refunds_of_order.damaged_goods_count, 0) = 0 as is_undamaged,
        coalesce(claims_of_order.claim_count, 0) > 0 as has_claim,
        case
            when not delivery_clocks.is_cold_chain then true
            when claims_of_order.temperature_claim_count > 0 then false
            else delivery_logs.is_unbroken_in_range
        end as is_cold_chain_kept,
        coalesce(guidance.is_guided_in_time, true) as is_guided,
        coalesce(checks_of_order.breach_count, 0) as procedure_breach_count,
        coalesce(checks_of_order.unknown_count, 0) as procedure_unknown_count,
        delivery_clocks.paid_on,
        delivery_clocks.placed_on
    from delivery_clocks
    inner join goods
        on
            delivery_clocks.order_id = goods.order_id
            and delivery_clocks.placed_on = goods.placed_on
    left join guidance
        on
            delivery_clocks.order_id = guidance.order_id
            and delivery_clocks.placed_on = guidance.placed_on
    left join claims_of_order
        on
            delivery_clocks.order_id = claims_of_order.order_id
            and delivery_clocks.placed_on = claims_of_order.placed_on
    left join delivery_logs
        on
            delivery_clocks.order_id = delivery_logs.order_id
            and delivery_clocks.placed_on = delivery_logs.placed_on
    left join refunds_of_order
        on
            delivery_clocks.order_id = refunds_of_order.order_id
            and delivery_clocks.placed_on = refunds_of_order.placed_on
    left join checks_of_order
        on
            delivery_clocks.order_id = checks_of_order.order_id
            and delivery_clocks.placed_on = checks_of_order.placed_on
    where delivery_clocks.handed_over_at is not null

),

-- SQL's own three-valued and: false beats unknown, unknown beats true.
final as (

    select
        *,
        case
            when is_completed
                then
                    is_promise_kept
                    and is_complete
                    and is_undamaged
                    and not has_claim
                    and is_cold_chain_kept
                    and is_guided
        end as is_perfect
    from parts

)

select * from final
