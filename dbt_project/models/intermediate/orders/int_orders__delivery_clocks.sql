with order_facts as (

    select * from {{ ref('int_orders__order_facts') }}

),

thresholds as (

    select * from {{ ref('delivery_thresholds') }}

),

bounds as (

    select
        threshold_code,
        value as bound_minutes,
        valid_from,
        {{ next_start('valid_from', ['threshold_code']) }} as valid_until
    from thresholds

),

deliveries as (

    select
        order_facts.*,
        bounds.bound_minutes,
        {{ from_epoch_microseconds(
            epoch_microseconds('order_facts.promised_at') ~ ' - ' ~ minutes_as_microseconds('windows.bound_minutes')
        ) }} as window_opens_at,
        order_facts.delivery_mode = 'instant'
        and order_facts.paid_at is not null
        and not order_facts.is_cancelled_by_customer_before_dispatch as is_delivery_counted,
        {{ minutes_between('order_facts.paid_at', 'order_facts.accepted_at') }} as accept_minutes,
        {{ minutes_between('order_facts.accepted_at', 'order_facts.picked_at') }} as pick_minutes,
        {{ minutes_between('order_facts.picked_at', 'order_facts.handed_over_at') }} as handover_minutes,
        {{ minutes_between('order_facts.handed_over_at', 'order_facts.delivered_at') }} as ride_minutes,
        {{ minutes_between('order_facts.paid_at', 'order_facts.delivered_at') }} as delivery_minutes,
        {{ minutes_between('order_facts.reviewed_at', 'order_facts.delivered_at') }} as delivery_after_review_minutes
    from order_facts
    left join bounds
        on
            bounds.threshold_code = 'instant_delivery_minutes'
            and {{ is_in_force('order_facts.paid_on', 'bounds.valid_from', 'bounds.valid_until') }}
    left join bounds as windows
        on
            windows.threshold_code = 'booked_window_minutes'
            and {{ is_in_force('order_facts.paid_on', 'windows.valid_from', 'windows.valid_until') }}
    where order_facts.is_courier_delivery

),

-- Only completed orders can be on time: one that was cancelled is a miss whatever times it carries.
final as (

    select
        *,
        is_delivery_counted and is_prescription and reviewed_at is not null as is_review_counted,
        coalesce(
            is_delivery_counted and is_completed and delivery_minutes <= bound_minutes, false
        ) as is_within_30_minutes,
        coalesce(
            is_delivery_counted
            and is_prescription
            and is_completed
            and delivery_after_review_minutes <= bound_minutes,
            false
        ) as is_within_30_minutes_after_review,
        coalesce(is_delivery_counted and is_completed and delivered_at <= promised_at, false) as is_on_promise,
        case
            when delivery_mode = 'booked' and promised_at is not null and not is_cancelled_by_customer_before_dispatch
                then coalesce(
                    is_completed
                    and {{ local_date('delivered_at') }} <= {{ local_date('promised_at') }}
                    and {{ local_date('delivered_at') }} >= {{ local_date('window_opens_at') }},
                    false
                )
        end as is_on_promised_day,
        case
            when delivery_mode = 'booked' and promised_at is not null and not is_cancelled_by_customer_before_dispatch
                then coalesce(
                    is_completed
                    and delivered_at <= promised_at
                    and delivered_at >= window_opens_at,
                    false
                )
        end as is_in_booked_window
    from deliveries

)

select * from final
