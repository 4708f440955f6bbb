with deliveries as (

    select
        *,
        {{ month_start('due_on') }} as month_start_date
    from {{ ref('int_supply__supplier_deliveries') }}
    where is_due

),

suppliers as (

    select * from {{ ref('int_reference__suppliers') }}

),

summed as (

    select
        supplier_id,
        month_start_date,
        count(*) as due_line_count,
        count(*) filter (where received_on is not null) as received_line_count,
        count(*) filter (where is_open) as open_line_count,
        count(*) filter (where is_on_time) as on_time_line_count,
        count(*) filter (where is_in_full) as in_full_line_count,
        count(*) filter (where is_otif) as otif_line_count,
        sum(waited_days) as waited_days,
        sum(waited_days * waited_days) as waited_days_squares,
        {{ quantile('waited_days', 0.5) }} as lead_time_p50_days,
        {{ quantile('waited_days', 0.9) }} as lead_time_p90_days,
        sum(late_days) as late_days,
        sum(ordered_quantity) as ordered_quantity,
        sum(received_quantity) as received_quantity,
        sum(ordered_quantity * unit_price_yuan) as ordered_value_yuan,
        sum(received_quantity * unit_price_yuan) as received_value_yuan,
        sum(ordered_quantity * first_unit_price_yuan) as value_at_first_prices_yuan,
        sum(ordered_quantity * unit_price_yuan) filter (where previous_unit_price_yuan is not null)
            as repeated_value_yuan,
        sum(ordered_quantity * previous_unit_price_yuan) as value_at_previous_prices_yuan
    from deliveries
    group by supplier_id, month_start_date

),

final as (

    select
        cast(summed.supplier_id as string) as supplier_id,
        cast(summed.month_start_date as date) as month_start_date,
        cast(summed.due_line_count as bigint) as due_line_count,
        cast(summed.received_line_count as bigint) as received_line_count,
        cast(summed.open_line_count as bigint) as open_line_count,
        cast(summed.on_time_line_count as bigint) as on_time_line_count,
        cast(summed.in_full_line_count as bigint) as in_full_line_count,
        cast(summed.otif_line_count as bigint) as otif_line_count,
        {{ safe_ratio('summed.on_time_line_count', 'summed.due_line_count') }} as on_time_rate,
        {{ safe_ratio('summed.in_full_line_count', 'summed.due_line_count') }} as in_full_rate,
        {{ safe_ratio('summed.otif_line_count', 'summed.due_line_count') }} as otif_rate,
        cast(suppliers.agreed_lead_time_days as integer) as agreed_lead_time_days,
        {{ safe_ratio('summed.waited_days', 'summed.due_line_count') }} as lead_time_mean_days,
        cast(summed.lead_time_p50_days as double) as lead_time_p50_days,
        cast(summed.lead_time_p90_days as double) as lead_time_p90_days,
        {{ square_root(
            safe_ratio(
                'summed.due_line_count * summed.waited_days_squares - summed.waited_days * summed.waited_days',
                'summed.due_line_count * (summed.due_line_count - 1)'
            )
        ) }} as lead_time_sd_days,
        {{ safe_ratio('summed.late_days', 'summed.due_line_count') }} as late_mean_days,
        cast(summed.ordered_quantity as bigint) as ordered_quantity,
        cast(summed.received_quantity as bigint) as delivered_quantity,
        cast(summed.ordered_value_yuan as decimal(18, 2)) as ordered_value_yuan,
        cast(summed.received_value_yuan as decimal(18, 2)) as delivered_value_yuan,
        {{ safe_ratio('summed.ordered_value_yuan', 'summed.value_at_first_prices_yuan') }} - 1 as price_drift_rate,
        {{ safe_ratio('summed.repeated_value_yuan', 'summed.value_at_previous_prices_yuan') }} - 1
            as price_change_rate
    from summed
    left join suppliers on summed.supplier_id = suppliers.supplier_id

)

select * from final
