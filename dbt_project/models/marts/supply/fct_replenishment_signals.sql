with needs as (

    select * from {{ ref('int_supply__replenishment_needs') }}

),

allocations as (

    select * from {{ ref('int_supply__allocations') }}

),

surge_days as (

    select * from {{ ref('int_supply__surge_days') }}

),

reasons as (

    select * from {{ ref('signal_reasons') }}

),

parameters as (

    select * from {{ ref('int_supply__parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

reasons_in_force as (

    select
        reasons.reason_code,
        reasons.reason_zh,
        reasons.reason_en,
        row_number() over (partition by reasons.reason_code order by reasons.valid_from desc) as recency
    from reasons
    cross join as_of
    where reasons.valid_from <= as_of.as_of_date

),

explained as (

    select
        needs.*,
        allocations.source_available_quantity,
        coalesce(allocations.allocated_quantity, needs.order_quantity) as allocated_quantity,
        surge_days.recent_quantity,
        surge_days.surge_bound_quantity,
        case
            when needs.on_hand_quantity <= 0 then 'out_of_stock'
            when
                needs.phantom_quantity > 0
                and needs.stock_position_quantity + needs.phantom_quantity > needs.reorder_point_quantity
                then 'phantom_stock'
            when surge_days.sku_id is not null then 'demand_surge'
            when needs.stock_position_quantity < needs.safety_stock_quantity then 'below_safety_stock'
            else 'reorder_point_reached'
        end as reason_code,
        -- Days that the order can wait, at the usual demand, until only the lead time's own safety stock is left.
        greatest(
            least(
                coalesce({{ integer_floor(safe_ratio(
                    'needs.stock_position_quantity - needs.lead_time_days * needs.expected_daily_quantity'
                    ~ ' - needs.safety_stock_quantity * ' ~ square_root(safe_ratio('needs.lead_time_days', 'needs.protection_days')),
                    'needs.expected_daily_quantity'
                )) }}, needs.review_days),
                needs.review_days
            ),
            0
        ) as slack_days
    from needs
    left join allocations
        on
            needs.location_id = allocations.location_id
            and needs.sku_id = allocations.sku_id
            and needs.business_date = allocations.business_date
    left join surge_days
        on
            needs.location_id = surge_days.location_id
            and needs.sku_id = surge_days.sku_id
            and needs.business_date = surge_days.business_date

),

worded as (

    select
        explained.*,
        {{ day_start(add_days('explained.business_date', '1 + explained.slack_days')) }} as order_day_start,
        {% set figures = {
            'on_hand': text_of_count('explained.on_hand_quantity'),
            'inbound': text_of_count('explained.on_order_quantity + explained.in_transit_quantity'),
            'phantom': text_of_count('explained.phantom_quantity'),
            'reserved': text_of_count('explained.reserved_quantity'),
            'position': text_of_count('explained.stock_position_quantity'),
            'reorder_point': text_of_count('explained.reorder_point_quantity'),
            'order_up_to': text_of_count('explained.order_up_to_quantity'),
            'order': text_of_count('explained.order_quantity'),
            'safety': text_of_quantity('explained.safety_stock_quantity'),
            'expected': text_of_quantity('explained.expected_quantity'),
            'days': text_of_count('explained.protection_days'),
            'service': text_of_percent('explained.service_level'),
            'probability': text_of_percent('explained.stockout_probability'),
            'recent': text_of_count('explained.recent_quantity'),
            'surge_bound': text_of_quantity('explained.surge_bound_quantity'),
        } -%}
        {{ filled_text('reasons_in_force.reason_zh', figures) }} as reason_zh,
        {{ filled_text('reasons_in_force.reason_en', figures) }} as reason_en
    from explained
    inner join reasons_in_force
        on
            explained.reason_code = reasons_in_force.reason_code
            and reasons_in_force.recency = 1

),

final as (

    select
        cast({{ signal_id(
            "'replenishment'", 'worded.location_id', 'worded.sku_id', 'worded.business_date'
        ) }} as string) as signal_id,
        cast(worded.location_id as string) as location_id,
        cast(worded.sku_id as string) as sku_id,
        cast(worded.source_location_id as string) as source_location_id,
        cast(case when worded.source_location_id is null then worded.supplier_id end as string) as supplier_id,
        cast(worded.order_quantity as bigint) as order_quantity,
        cast(worded.source_available_quantity as bigint) as source_available_quantity,
        cast(worded.allocated_quantity as bigint) as allocated_quantity,
        cast({{ from_epoch_microseconds(
            epoch_microseconds('worded.order_day_start') ~ ' + '
            ~ minutes_as_microseconds('60 * parameters.order_cutoff_hour')
        ) }} as timestamp) as order_by_at,
        cast(worded.reason_code as string) as reason_code,
        cast(worded.reason_zh as string) as reason_zh,
        cast(worded.reason_en as string) as reason_en,
        cast(worded.stockout_probability as double) as stockout_probability,
        cast(worded.expected_short_quantity as double) as expected_short_quantity,
        {{ rounded_decimal(
            'worded.expected_short_quantity * worded.unit_margin_yuan', 18, 2
        ) }} as expected_lost_margin_yuan,
        cast(coalesce({{ safe_ratio(
            'worded.expected_quantity', 'worded.expected_quantity + worded.demand_sd_quantity'
        ) }}, 0) as double) as confidence_rate,
        cast(worded.service_class as string) as service_class,
        cast(worded.service_level as double) as service_level,
        cast(worded.on_hand_quantity as bigint) as on_hand_quantity,
        cast(worded.on_order_quantity as bigint) as on_order_quantity,
        cast(worded.in_transit_quantity as bigint) as in_transit_quantity,
        cast(worded.reserved_quantity as bigint) as reserved_quantity,
        cast(worded.phantom_quantity as bigint) as phantom_quantity,
        cast(worded.stock_position_quantity as bigint) as stock_position_quantity,
        cast(worded.safety_stock_quantity as double) as safety_stock_quantity,
        cast(worded.reorder_point_quantity as bigint) as reorder_point_quantity,
        cast(worded.order_up_to_quantity as bigint) as order_up_to_quantity,
        cast(worded.expected_quantity as double) as expected_quantity,
        cast(worded.protection_days as integer) as protection_days,
        cast(worded.business_date as date) as signal_date
    from worded
    cross join parameters

)

select * from final
