with models as (

    select * from {{ source('model_assets', 'lifetime_value_models') }}

),

final as (

    select
        purchase_stream,
        purchase_model,
        purchase_shape,
        r,
        r_standard_error,
        alpha_days,
        alpha_days_standard_error,
        a,
        a_standard_error,
        b,
        b_standard_error,
        p,
        p_standard_error,
        q,
        q_standard_error,
        v_yuan,
        v_yuan_standard_error,
        purchase_log_likelihood,
        margin_log_likelihood,
        customer_count,
        active_margin_variance,
        holdout_days,
        holdout_customer_count,
        holdout_orders_mae,
        holdout_orders_ratio,
        holdout_orders_calibration_error,
        holdout_random_orders_mae,
        holdout_margin_mae_yuan,
        holdout_margin_ratio,
        not_modelled_reason,
        holdout_missing_reason
    from models

)

select * from final
