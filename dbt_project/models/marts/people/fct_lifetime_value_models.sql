with models as (

    select * from {{ ref('int_people__lifetime_value_models') }}

),

final as (

    select
        cast(purchase_stream as string) as purchase_stream,
        cast(purchase_model as string) as purchase_model,
        cast(purchase_shape as bigint) as purchase_shape,
        cast(r as double) as purchase_r,
        cast(r_standard_error as double) as purchase_r_standard_error,
        cast(alpha_days as double) as purchase_alpha_days,
        cast(alpha_days_standard_error as double) as purchase_alpha_days_standard_error,
        cast(a as double) as dropout_a,
        cast(a_standard_error as double) as dropout_a_standard_error,
        cast(b as double) as dropout_b,
        cast(b_standard_error as double) as dropout_b_standard_error,
        cast(p as double) as margin_p,
        cast(p_standard_error as double) as margin_p_standard_error,
        cast(q as double) as margin_q,
        cast(q_standard_error as double) as margin_q_standard_error,
        cast(v_yuan as double) as margin_v_yuan,
        cast(v_yuan_standard_error as double) as margin_v_yuan_standard_error,
        cast(purchase_log_likelihood as double) as purchase_log_likelihood,
        cast(margin_log_likelihood as double) as margin_log_likelihood,
        cast(shown_customer_count as bigint) as stream_customer_count,
        cast(holdout_days as bigint) as holdout_days,
        cast(shown_holdout_customer_count as bigint) as holdout_customer_count,
        cast(holdout_orders_mae as double) as holdout_orders_mae,
        cast(holdout_orders_ratio as double) as holdout_orders_ratio,
        cast(holdout_orders_calibration_error as double) as holdout_orders_calibration_error,
        cast(holdout_random_orders_mae as double) as holdout_random_orders_mae,
        cast(holdout_margin_mae_yuan as double) as holdout_margin_mae_yuan,
        cast(holdout_margin_ratio as double) as holdout_margin_ratio,
        cast(not_modelled_reason as string) as not_modelled_reason,
        cast(holdout_missing_reason as string) as holdout_missing_reason
    from models

)

select * from final
