"""From purchase histories to rows of the lake tables: which model for whom, what if there is none, and how good it was.

Customers' everyday purchases come at random: BG/NBD. Refills of chronic medicines come when the pack is empty:
BG/CNBD-k. Someone may have both streams; then both count, and who is there for one of them is there. Until there are
enough refills to fit to, all orders are one stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.lifetime_value.estimation import Estimate, Floats, NotEstimableError, TooFewCustomersError
from assets.lifetime_value.grouping import Ints
from assets.lifetime_value.holdout import holdout_error
from assets.lifetime_value.margins import MarginModel, expected_margin, fit_margins
from assets.lifetime_value.outlook import Horizon, Outlook, outlook
from assets.lifetime_value.purchases import (
    Histories,
    PurchaseModel,
    expected_purchases,
    fit_best_purchases,
    histories_of,
)
from assets.lifetime_value.schema import (
    CUSTOMER_LIFETIME_VALUES_SCHEMA,
    HORIZON_MONTHS,
    LIFETIME_VALUE_MODELS_SCHEMA,
)
from warehouse.intervals import normal_quantile

ALL, EVERYDAY, REFILL = "all", "everyday", "refill"
"""Streams of purchases: all orders, or the regular ones and the others apart."""
_DIGITS = 6
"""Figures are rounded, so that the last digits of a sum, which depend on the processor, are not passed on."""


@dataclass(frozen=True)
class ValueParameters:
    """The seed ``lifetime_value_parameters`` as in force on the as-of day."""

    monthly_discount_rate: float
    least_history_days: float
    largest_purchase_shape: int

    @property
    def horizon(self) -> Horizon:
        """The year ahead."""
        return Horizon(HORIZON_MONTHS, self.monthly_discount_rate)

    def largest_shape(self, stream: str) -> int:
        """Largest k of Erlang intervals that is tried for a stream."""
        return self.largest_purchase_shape if stream == REFILL else 1


@dataclass(frozen=True)
class _Watched:
    """N customers of a stream, as of a day."""

    histories: Histories
    purchases: Ints
    mean_margin: Floats


@dataclass(frozen=True)
class _Fit:
    """Both models of a stream."""

    purchases: PurchaseModel
    margins: MarginModel


def valuation(histories: pl.DataFrame, parameters: ValueParameters) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Value every customer.

    Args:
        histories: rows of ``int_people__purchase_histories``, in any order.
        parameters: what the chain has decided.

    Returns:
        Rows of ``customer_lifetime_values`` and of ``lifetime_value_models``. Data that do not suffice are no error:
        rows then say why there is no figure.
    """
    found = {
        str(stream): _value_stream(str(stream), rows, parameters)
        for (stream,), rows in histories.sort("person_token")
        .partition_by("purchase_stream", as_dict=True, maintain_order=True)
        .items()
    }
    is_apart = REFILL in found and all(found[stream].is_modelled for stream in (EVERYDAY, REFILL) if stream in found)
    used = {stream: value for stream, value in found.items() if (stream != ALL) == is_apart}
    # A stream that could not be modelled is shown with the reason; one that could but is not used would be misread.
    told = used | {stream: value for stream, value in found.items() if not value.is_modelled}
    models = [
        {"purchase_stream": stream, "customer_count": value.customers.height} | value.model
        for stream, value in sorted(told.items())
    ]
    return (
        _combined([value.customers for value in used.values()]),
        pl.DataFrame(models, schema=LIFETIME_VALUE_MODELS_SCHEMA),
    )


@dataclass(frozen=True)
class _Valued:
    """One stream: figures per customer, and the row of its model without the stream's name."""

    customers: pl.DataFrame
    model: dict[str, Any]

    @property
    def is_modelled(self) -> bool:
        return "not_modelled_reason" not in self.model


def _value_stream(stream: str, rows: pl.DataFrame, parameters: ValueParameters) -> _Valued:
    watched = _watched(rows)
    shape = parameters.largest_shape(stream)
    try:
        _check_length(int(rows["history_days"].max()), parameters)  # type: ignore[arg-type]
        fit = _fit(watched, shape)
    except NotEstimableError as error:
        customers = rows.select("person_token", not_modelled_reason=pl.lit(error.code))
        return _Valued(customers, {"not_modelled_reason": error.code, "holdout_missing_reason": error.code})
    found = outlook(
        fit.purchases, fit.margins, watched.histories, watched.purchases, watched.mean_margin, parameters.horizon
    )
    customers = _customers(rows, fit, found)
    is_active = rows["is_active"].to_numpy().astype(bool)
    model = _described(fit) | {"active_margin_variance": found.total_variance(is_active)}
    return _Valued(customers, model | _holdout(rows, shape))


def _check_length(days: int, parameters: ValueParameters) -> None:
    if days < parameters.least_history_days:
        raise ShortHistoryError(
            f"{days} days of history, {parameters.least_history_days:.0f} are needed: wait, or load older orders"
        )


class ShortHistoryError(NotEstimableError):
    """The chain has not been watched for long enough."""

    code = "short_history"


def _watched(rows: pl.DataFrame, prefix: str = "") -> _Watched:
    count = rows[f"{prefix}purchase_count"].cast(pl.Int64).to_numpy()
    recency, age = (rows[f"{prefix}{name}"].cast(pl.Float64).to_numpy() for name in ("recency_days", "age_days"))
    histories = histories_of(count - 1, recency, age, float(rows[f"{prefix}log_intervals"].sum()))
    return _Watched(histories, count, rows[f"{prefix}mean_margin_yuan"].cast(pl.Float64).to_numpy())


def _fit(watched: _Watched, largest_shape: int) -> _Fit:
    return _Fit(
        fit_best_purchases(watched.histories, largest_shape), fit_margins(watched.purchases, watched.mean_margin)
    )


def _customers(rows: pl.DataFrame, fit: _Fit, found: Outlook) -> pl.DataFrame:
    return rows.select(
        "person_token",
        purchase_model=pl.lit(fit.purchases.name),
        alive=pl.Series(found.alive),
        orders=pl.Series(found.purchases),
        margin=pl.Series(found.margin),
        variance=pl.Series(found.margin_standard_errors**2),
        not_modelled_reason=pl.lit(None, dtype=pl.String),
    )


def _combined(streams: list[pl.DataFrame]) -> pl.DataFrame:
    """Customers with all their streams; a reason, if any, is that of their one stream."""
    if not streams:
        return pl.DataFrame(schema=CUSTOMER_LIFETIME_VALUES_SCHEMA)
    figures = ("alive", "orders", "margin", "variance")
    empty = {name: pl.Float64() for name in figures} | {"purchase_model": pl.String()}
    rows = pl.concat(
        [
            stream.with_columns(
                pl.lit(None, dtype=kind).alias(name) for name, kind in empty.items() if name not in stream.columns
            ).select("person_token", "purchase_model", *figures, "not_modelled_reason")
            for stream in streams
        ]
    )
    half_width = normal_quantile() * pl.col("variance").sqrt()
    is_valued = pl.col("not_modelled_reason").is_null()
    customers = (
        rows.group_by("person_token")
        .agg(
            pl.col("not_modelled_reason").first(),
            pl.col("purchase_model").drop_nulls().unique().sort().str.join("+"),
            alive=1 - (1 - pl.col("alive")).product(),
            orders=pl.col("orders").sum(),
            margin=pl.col("margin").sum(),
            variance=pl.col("variance").sum(),
        )
        .with_columns(pl.when(is_valued).then(pl.col(name)).alias(name) for name in ("purchase_model", *figures))
        .sort("person_token")
    )
    return customers.select(
        "person_token",
        "purchase_model",
        alive_probability=pl.col("alive").round(_DIGITS),
        expected_orders_12m=pl.col("orders").round(_DIGITS),
        expected_margin_12m_yuan=pl.col("margin").round(_DIGITS),
        expected_margin_12m_lower_yuan=(pl.col("margin") - half_width).round(_DIGITS),
        expected_margin_12m_upper_yuan=(pl.col("margin") + half_width).round(_DIGITS),
        not_modelled_reason="not_modelled_reason",
    ).cast(CUSTOMER_LIFETIME_VALUES_SCHEMA)  # type: ignore[arg-type]


def _described(fit: _Fit) -> dict[str, Any]:
    purchases, margins = fit.purchases.estimate, fit.margins.estimate
    assert purchases is not None
    assert margins is not None
    return {
        "purchase_model": fit.purchases.name,
        "purchase_shape": fit.purchases.shape,
        "purchase_log_likelihood": round(purchases.log_likelihood, _DIGITS),
        "margin_log_likelihood": round(margins.log_likelihood, _DIGITS),
        **_parameters(purchases, {"alpha": "alpha_days"}),
        "p": round(fit.margins.p, _DIGITS),
        **_parameters(margins, {"v": "v_yuan"}),
    }


def _parameters(estimate: Estimate, columns: Mapping[str, str]) -> dict[str, float]:
    found = {}
    for name, value, error in zip(estimate.names, estimate.values, estimate.standard_errors, strict=True):
        column = columns.get(name, name)
        found[column] = round(float(value), _DIGITS)
        found[f"{column}_standard_error"] = round(float(error), _DIGITS)
    return found


def _holdout(rows: pl.DataFrame, largest_shape: int) -> dict[str, Any]:
    """Errors of the same method, fitted to what was known before the hold-out period, in that period."""
    known = rows.filter(pl.col("calibration_purchase_count") > 0)
    days = int(rows["holdout_days"].max())  # type: ignore[arg-type]
    told: dict[str, Any] = {"holdout_days": days, "holdout_customer_count": known.height}
    try:
        if known.is_empty():
            raise TooFewCustomersError("nobody had bought before the hold-out period: wait for a longer history")
        watched = _watched(known, "calibration_")
        fit = _fit(watched, largest_shape)
    except NotEstimableError as error:
        return told | {"holdout_missing_reason": error.code}
    orders = known["holdout_purchase_count"].cast(pl.Float64).to_numpy()
    expected = _expected(fit.purchases, watched.histories, days)
    of_orders = holdout_error(expected, orders)
    each = expected_margin(fit.margins, watched.purchases, watched.mean_margin)
    of_margin = holdout_error(expected * each, known["holdout_margin_yuan"].to_numpy())
    figures = {
        "holdout_orders_mae": of_orders.mean_absolute_error,
        "holdout_orders_ratio": of_orders.total_ratio,
        "holdout_orders_calibration_error": of_orders.calibration_error,
        "holdout_random_orders_mae": _random_error(fit.purchases, watched.histories, days, orders),
        "holdout_margin_mae_yuan": of_margin.mean_absolute_error,
        "holdout_margin_ratio": of_margin.total_ratio,
    }
    return told | {name: None if np.isnan(value) else round(value, _DIGITS) for name, value in figures.items()}


def _random_error(model: PurchaseModel, histories: Histories, days: int, observed: Floats) -> float:
    """Mean absolute error of the model in which purchases come at random; NaN where that does not fit at all."""
    try:
        random = model if model.shape == 1 else fit_best_purchases(histories, 1)
    except NotEstimableError:
        return np.nan
    return holdout_error(_expected(random, histories, days), observed).mean_absolute_error


def _expected(model: PurchaseModel, histories: Histories, days: int) -> Floats:
    return expected_purchases(model, histories, np.array([float(days)]))[histories.groups.group, 0]
