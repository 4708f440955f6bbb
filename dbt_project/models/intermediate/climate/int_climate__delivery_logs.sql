{{ config(**incremental_by_day('placed_on', 'int_climate__delivery_touched_days')) }}

{#- The stretch between two readings of a box has the state of the first, as in a store room, by the intervals of
    transport. What is known of a ride is what such stretches cover of it. -#}
with order_facts as (

    select * from {{ ref('int_orders__order_facts') }}
    where {{ is_touched_day('placed_on', ref('int_climate__delivery_touched_days')) }}

),

box_readings as (

    select * from {{ ref('int_climate__box_readings') }}

),

limits as (

    select * from {{ ref('int_climate__limits') }}
    where
        context = 'transport'
        and storage_class = 'cold'

),

deliveries as (

    select
        order_facts.order_id,
        order_facts.channel,
        order_facts.store_id,
        order_facts.fulfilling_location_id,
        order_facts.courier_company,
        order_facts.delivery_box_id,
        order_facts.handed_over_at,
        order_facts.delivered_at,
        {{ epoch_microseconds('order_facts.handed_over_at') }} as handed_over_microseconds,
        {{ epoch_microseconds('order_facts.delivered_at') }} as delivered_microseconds,
        {{ local_date('order_facts.delivered_at') }} as delivered_on,
        limits.temperature_minimum_celsius,
        limits.temperature_maximum_celsius,
        limits.in_range_interval_microseconds,
        limits.breach_interval_microseconds,
        order_facts.placed_on
    from order_facts
    left join limits
        on {{ is_in_force(local_date('order_facts.delivered_at'), 'limits.valid_from', 'limits.valid_before') }}
    where
        order_facts.is_courier_delivery
        and order_facts.is_cold_chain
        and order_facts.is_completed

),

logged as (

    select
        deliveries.order_id,
        deliveries.handed_over_microseconds,
        deliveries.delivered_microseconds,
        deliveries.in_range_interval_microseconds,
        deliveries.breach_interval_microseconds,
        box_readings.measured_microseconds,
        box_readings.temperature_celsius,
        box_readings.temperature_celsius between
        deliveries.temperature_minimum_celsius and deliveries.temperature_maximum_celsius as is_in_range,
        lead(box_readings.measured_microseconds) over (
            partition by deliveries.order_id
            order by box_readings.measured_microseconds nulls last, box_readings.sensor_id nulls last
        ) as next_microseconds
    from deliveries
    inner join box_readings
        on
            deliveries.delivery_box_id = box_readings.delivery_box_id
            and box_readings.measured_microseconds
            >= deliveries.handed_over_microseconds - deliveries.in_range_interval_microseconds
            and box_readings.measured_microseconds
            <= deliveries.delivered_microseconds + deliveries.in_range_interval_microseconds

),

stretches as (

    select
        *,
        measured_microseconds between handed_over_microseconds and delivered_microseconds as is_on_ride,
        case
            when
                next_microseconds - measured_microseconds
                <= case when is_in_range then in_range_interval_microseconds else breach_interval_microseconds end
                then greatest(
                    least(next_microseconds, delivered_microseconds)
                    - greatest(measured_microseconds, handed_over_microseconds), 0
                )
            else 0
        end as covered_microseconds
    from logged

),

logs as (

    select
        order_id,
        count(*) filter (where is_on_ride) as reading_count,
        cast(sum(case when is_in_range then covered_microseconds else 0 end) as bigint) as in_range_microseconds,
        cast(sum(case when is_in_range then 0 else covered_microseconds end) as bigint) as breach_microseconds,
        count(*) filter (where is_on_ride and not is_in_range) as breach_reading_count,
        min(temperature_celsius) filter (where is_on_ride) as temperature_min_celsius,
        max(temperature_celsius) filter (where is_on_ride) as temperature_max_celsius
    from stretches
    group by order_id

),

measured as (

    select
        deliveries.*,
        deliveries.delivered_microseconds - deliveries.handed_over_microseconds as ride_microseconds,
        logs.order_id is not null as has_log,
        coalesce(logs.reading_count, 0) as reading_count,
        coalesce(logs.in_range_microseconds, 0) as in_range_microseconds,
        coalesce(logs.breach_microseconds, 0) as breach_microseconds,
        coalesce(logs.breach_reading_count, 0) as breach_reading_count,
        logs.temperature_min_celsius,
        logs.temperature_max_celsius
    from deliveries
    left join logs on deliveries.order_id = logs.order_id

),

final as (

    select
        order_id,
        channel,
        store_id,
        fulfilling_location_id,
        courier_company,
        delivery_box_id,
        handed_over_at,
        delivered_at,
        delivered_on,
        ride_microseconds,
        in_range_microseconds,
        breach_microseconds,
        ride_microseconds - in_range_microseconds - breach_microseconds as unknown_microseconds,
        reading_count,
        temperature_min_celsius,
        temperature_max_celsius,
        -- One reading out of range settles it whatever else is missing; silence settles nothing.
        case
            when breach_reading_count > 0 or breach_microseconds > 0 then false
            when has_log and in_range_microseconds = ride_microseconds then true
        end as is_unbroken_in_range,
        placed_on
    from measured

)

select * from final
