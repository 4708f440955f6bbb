{{ config(materialized='table') }}

{#- A column for each parameter that a supply model reads, so that a missing column is an error and no lost join. -#}
with in_force as (

    {{ values_in_force(ref('supply_parameters'), 'parameter_code') }}

),

final as (

    select
        max(value) filter (where parameter_code = 'forecast_window_days') as forecast_window_days,
        max(value) filter (where parameter_code = 'demand_history_days') as demand_history_days,
        max(value) filter (where parameter_code = 'forecast_horizon_days') as forecast_horizon_days,
        max(value) filter (where parameter_code = 'smoothing_alpha') as smoothing_alpha,
        max(value) filter (where parameter_code = 'promoted_line_share') as promoted_line_share,
        max(value) filter (where parameter_code = 'new_series_days') as new_series_days,
        max(value) filter (where parameter_code = 'intermittent_interval_days') as intermittent_interval_days,
        max(value) filter (where parameter_code = 'erratic_squared_variation') as erratic_squared_variation,
        max(value) filter (where parameter_code = 'replay_window_days') as replay_window_days,
        max(value) filter (where parameter_code = 'replay_history_days') as replay_history_days,
        max(value) filter (where parameter_code = 'minmax_safety_days') as minmax_safety_days,
        max(value) filter (where parameter_code = 'minmax_order_days') as minmax_order_days,
        max(value) filter (where parameter_code = 'presentation_stock_quantity') as presentation_stock_quantity,
        max(value) filter (where parameter_code = 'usable_shelf_life_share') as usable_shelf_life_share,
        max(value) filter (where parameter_code = 'transfer_presumed_lost_days') as transfer_presumed_lost_days,
        max(value) filter (where parameter_code = 'purchase_presumed_lost_days') as purchase_presumed_lost_days,
        max(value) filter (where parameter_code = 'reservation_presumed_lost_days') as reservation_presumed_lost_days,
        max(value) filter (where parameter_code = 'order_cutoff_hour') as order_cutoff_hour,
        max(value) filter (where parameter_code = 'surplus_cover_days') as surplus_cover_days,
        max(value) filter (where parameter_code = 'holding_cost_daily_rate') as holding_cost_daily_rate,
        max(value) filter (where parameter_code = 'disposal_pack_yuan') as disposal_pack_yuan,
        max(value) filter (where parameter_code = 'transfer_days') as transfer_days,
        max(value) filter (where parameter_code = 'transfer_radius_kilometers') as transfer_radius_kilometers,
        max(value) filter (where parameter_code = 'slow_alpha') as slow_alpha,
        max(value) filter (where parameter_code = 'medium_alpha') as medium_alpha,
        max(value) filter (where parameter_code = 'fast_alpha') as fast_alpha,
        max(value) filter (where parameter_code = 'probability_alpha') as probability_alpha,
        max(value) filter (where parameter_code = 'pooling_days') as pooling_days,
        max(value) filter (where parameter_code = 'promotion_prior_quantity') as promotion_prior_quantity,
        max(value) filter (where parameter_code = 'backtest_series') as backtest_series,
        max(value) filter (where parameter_code = 'backtest_step_days') as backtest_step_days,
        max(value) filter (where parameter_code = 'backtest_days') as backtest_days,
        max(value) filter (where parameter_code = 'calibration_cell_rows') as calibration_cell_rows,
        max(value) filter (where parameter_code = 'calibration_bins') as calibration_bins,
        max(value) filter (where parameter_code = 'smallest_day_factor') as smallest_day_factor,
        max(value) filter (where parameter_code = 'method_change_share') as method_change_share,
        max(value) filter (where parameter_code = 'lead_time_history_days') as lead_time_history_days,
        max(value) filter (where parameter_code = 'lead_time_prior_lines') as lead_time_prior_lines,
        max(value) filter (where parameter_code = 'supplier_forecast_weeks') as supplier_forecast_weeks,
        max(value) filter (where parameter_code = 'supply_share_days') as supply_share_days,
        max(value) filter (where parameter_code = 'near_expiry_days') as near_expiry_days,
        max(value) filter (where parameter_code = 'shelf_quiet_until_hour') as shelf_quiet_until_hour,
        max(value) filter (where parameter_code = 'decision_follow_days') as decision_follow_days,
        max(value) filter (where parameter_code = 'refill_intervals') as refill_intervals,
        max(value) filter (where parameter_code = 'refill_least_days') as refill_least_days,
        max(value) filter (where parameter_code = 'refill_most_days') as refill_most_days,
        max(value) filter (where parameter_code = 'refill_variation') as refill_variation,
        max(value) filter (where parameter_code = 'refill_sd_share') as refill_sd_share,
        max(value) filter (where parameter_code = 'refill_patience_share') as refill_patience_share,
        max(value) filter (where parameter_code = 'scaled_calibration_quantity') as scaled_calibration_quantity
    from in_force

)

select * from final
