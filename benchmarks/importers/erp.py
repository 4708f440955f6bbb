"""An ERP of the common kind behind the sales of a data set: it keeps stock by minimum and maximum, from past sales.

The data sets know sales, not stock. Here what was sold is taken for what customers wanted, and a min/max ERP that
reviews its levels once a month decides what was there: what it had not, it could not sell. So the platform sees what it
sees of a real chain, sales cut off by stock-outs, while the demand behind them is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

LEAD_DAYS = 7
"""Days from order to receipt: what the platform assumes of suppliers without an agreement."""
REVIEW_DAYS = 28
"""Days between two settings of the levels."""
LOOKBACK_DAYS = 56
"""Days of sales by which levels are set; the first levels are set by the first days of sales themselves."""
SAFETY_FACTOR = 1.645
"""Standard deviations of the lead time's sales that the minimum holds beyond their mean: the factor of 95 % in the
normal distribution, which ERPs with automatic reorder points come with."""
ORDER_DAYS = 7
"""Days of mean sales between minimum and maximum: an order a week."""
_LATE_SHARE = 0.2
"""Of all orders, those that come one to three days late."""


@dataclass(frozen=True)
class StockBooks:
    """What the ERP wrote down; arrays are series x days, packs."""

    opening: Ints
    """(S,) packs on the eve of the first day."""
    sold: Ints
    ordered: Ints
    """Packs ordered at the close of the day."""
    receipt_day: Ints
    """Index of the day at whose close the order of that day comes in; may lie after the last day."""
    reorder_point: Ints
    """(S,) the levels in force at the end, set no later than :attr:`levels_day`."""
    order_up_to: Ints
    levels_day: int
    """Index of the day whose eve is the last review."""


def keep_stock(demand: Ints, last_review_day: int, seed: int) -> StockBooks:
    """Run the ERP over demand (S, D).

    Args:
        demand: packs wanted.
        last_review_day: index of the day from which on levels stay, for a policy must not be judged on days by which
            it was set.
        seed: of the late deliveries.
    """
    series, days = demand.shape
    rng = np.random.default_rng(seed)
    late = np.where(rng.random((series, days)) < _LATE_SHARE, rng.integers(1, 4, (series, days)), 0)
    receipt_day = np.arange(days)[None, :] + LEAD_DAYS + late
    sold, ordered = np.zeros_like(demand), np.zeros_like(demand)
    due = np.zeros((series, days + LEAD_DAYS + 4), dtype=np.int64)
    point, top = _levels(demand[:, :LOOKBACK_DAYS])
    stock = opening = top.copy()
    on_order = np.zeros(series, dtype=np.int64)
    for day in range(days):
        if day <= last_review_day and day >= LOOKBACK_DAYS and (last_review_day - day) % REVIEW_DAYS == 0:
            point, top = _levels(sold[:, day - LOOKBACK_DAYS : day])
        sold[:, day] = np.minimum(demand[:, day], stock)
        stock = stock - sold[:, day]
        position = stock + on_order
        ordered[:, day] = np.where(position <= point, top - position, 0)
        due[np.arange(series), receipt_day[:, day]] += ordered[:, day]
        on_order += ordered[:, day] - due[:, day]
        stock = stock + due[:, day]
    return StockBooks(opening, sold, ordered, receipt_day, point, top, last_review_day)


def _levels(sales: Ints) -> tuple[Ints, Ints]:
    """Reorder point and order-up-to level (S,) from the days (S, days) looked back on."""
    daily, deviation = sales.mean(axis=1), sales.std(axis=1)
    exposed_days = LEAD_DAYS + 1
    point = np.ceil(daily * exposed_days + SAFETY_FACTOR * deviation * np.sqrt(exposed_days)).astype(np.int64)
    return point, np.maximum(point + np.ceil(daily * ORDER_DAYS).astype(np.int64), point + 1)
