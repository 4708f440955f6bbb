{#- What the options of an order say together. No store can be nearer: the nearest was used; one is and had all goods:
    it was not; in between, where the cell or the books leave it open, nobody knows. -#}
with options as (

    select * from {{ ref('int_orders__routing_options') }}

),

orders as (

    select *
    from {{ ref('int_orders__order_facts') }}
    where
        is_courier_delivery
        and paid_on is not null

),

speeds as (

    select * from {{ ref('int_orders__ride_speeds') }}

),

costs as (

    select
        value as courier_yuan_per_kilometer,
        valid_from,
        lead(valid_from) over (order by valid_from nulls last) as valid_until
    from {{ ref('delivery_thresholds') }}
    where threshold_code = 'courier_yuan_per_kilometer'

),

ranked as (

    select
        *,
        not is_used
        and nearer_corner_count = 4
        and coalesce(is_stocked, false) as is_better,
        not is_used
        and nearer_corner_count > 0
        and coalesce(is_stocked, true) as may_be_better
    from options

),

nearest as (

    select
        *,
        row_number() over (
            partition by order_id
            order by is_better desc nulls last, distance_kilometers asc nulls last, location_id asc nulls last
        ) as rank_of_better
    from ranked

),

verdicts as (

    select
        order_id,
        paid_on,
        count(distance_kilometers) = count(*) as has_distances,
        count(*) filter (where is_better) as better_count,
        count(*) filter (where may_be_better) as possible_count,
        count(*) filter (where is_stocked and not is_used) as other_stocked_count,
        max(case when is_used then distance_kilometers end) as used_kilometers,
        max(case when rank_of_better = 1 and is_better then location_id end) as better_location_id,
        max(case when rank_of_better = 1 and is_better then distance_kilometers end) as better_kilometers
    from nearest
    group by order_id, paid_on

),

judged as (

    select
        orders.order_id,
        orders.channel,
        orders.store_id,
        orders.fulfilling_location_id,
        case
            when verdicts.better_count > 0 then false
            when verdicts.has_distances and verdicts.possible_count = 0 then true
        end as is_nearest_used,
        verdicts.better_location_id,
        (verdicts.used_kilometers - verdicts.better_kilometers) as extra_kilometers,
        coalesce(of_location.meters_per_minute, of_chain.meters_per_minute) as meters_per_minute,
        costs.courier_yuan_per_kilometer,
        case
            when orders.cancel_reason = 'out_of_stock' and verdicts.other_stocked_count > 0
                then orders.goods_yuan - coalesce(orders.coupon_yuan, 0) - orders.cost_yuan
            else 0
        end as cancelled_margin_yuan,
        orders.paid_on
    from orders
    inner join verdicts
        on
            orders.order_id = verdicts.order_id
            and orders.paid_on = verdicts.paid_on
    left join speeds as of_location
        on
            orders.fulfilling_location_id = of_location.location_id
            and orders.paid_on = of_location.paid_on
    left join speeds as of_chain
        on
            of_chain.location_id is null
            and orders.paid_on = of_chain.paid_on
    left join costs
        on
            orders.paid_on >= costs.valid_from
            and (orders.paid_on < costs.valid_until or costs.valid_until is null)

),

final as (

    select
        order_id,
        channel,
        store_id,
        fulfilling_location_id,
        is_nearest_used,
        case when is_nearest_used then fulfilling_location_id else better_location_id end as nearest_location_id,
        case when is_nearest_used then 0 else extra_kilometers * 1000 end as extra_distance_meters,
        case when is_nearest_used then 0 else {{ safe_ratio('extra_kilometers * 1000', 'meters_per_minute') }} end
            as lost_minutes,
        case when is_nearest_used then 0 else extra_kilometers * courier_yuan_per_kilometer end as lost_courier_yuan,
        cancelled_margin_yuan,
        paid_on
    from judged

)

select * from final
