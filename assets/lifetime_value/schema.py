"""Schemas of the lake tables that the models of customer value write."""

from __future__ import annotations

import polars as pl

HORIZON_MONTHS = 12
"""The columns ``..._12m`` are named after it."""

CUSTOMER_LIFETIME_VALUES = "customer_lifetime_values"
CUSTOMER_LIFETIME_VALUES_SCHEMA: dict[str, pl.DataType] = {
    "person_token": pl.String(),
    "purchase_model": pl.String(),
    "alive_probability": pl.Float64(),
    "expected_orders_12m": pl.Float64(),
    "expected_margin_12m_yuan": pl.Float64(),
    "expected_margin_12m_lower_yuan": pl.Float64(),
    "expected_margin_12m_upper_yuan": pl.Float64(),
    "not_modelled_reason": pl.String(),
}
"""One row per customer; figures are null where ``not_modelled_reason`` says why."""

LIFETIME_VALUE_MODELS = "lifetime_value_models"
LIFETIME_VALUE_MODELS_SCHEMA: dict[str, pl.DataType] = {
    "purchase_stream": pl.String(),
    "purchase_model": pl.String(),
    "purchase_shape": pl.Int64(),
    **{
        f"{name}{suffix}": pl.Float64()
        for name in ("r", "alpha_days", "a", "b", "p", "q", "v_yuan")
        for suffix in ("", "_standard_error")
    },
    "purchase_log_likelihood": pl.Float64(),
    "margin_log_likelihood": pl.Float64(),
    "customer_count": pl.Int64(),
    "active_margin_variance": pl.Float64(),
    "holdout_days": pl.Int64(),
    "holdout_customer_count": pl.Int64(),
    "holdout_orders_mae": pl.Float64(),
    "holdout_orders_ratio": pl.Float64(),
    "holdout_orders_calibration_error": pl.Float64(),
    "holdout_random_orders_mae": pl.Float64(),
    "holdout_margin_mae_yuan": pl.Float64(),
    "holdout_margin_ratio": pl.Float64(),
    "not_modelled_reason": pl.String(),
    "holdout_missing_reason": pl.String(),
}
"""One row per purchase stream with customers: what was fitted, and how well it foretold a hold-out period."""
