"""What customers are expected to bring over the months to come, with what the estimates leave open.

The interval is that of the expectation, not of what a single customer will do: it covers the uncertainty of the
estimated parameters, by the delta method (first-order propagation of their covariance, A. C. Davison, Statistical
Models (2003), section 2.7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.lifetime_value.estimation import Estimate, Floats
from assets.lifetime_value.grouping import Ints
from assets.lifetime_value.margins import MarginModel, expected_margin
from assets.lifetime_value.purchases import Histories, PurchaseModel, alive_probability, expected_purchases

MONTH_DAYS = 365 / 12
_STEP = 1e-3


@dataclass(frozen=True)
class Horizon:
    """Months ahead, and what they count for."""

    months: int
    monthly_discount_rate: float
    """A purchase in month m counts (1 + rate)^-m: at the end of its month."""
    month: float = MONTH_DAYS
    """Length of a month in the unit of the histories."""

    @property
    def ends(self) -> Floats:
        """(months,) end of each month, counted from the end of observation."""
        return np.linspace(self.month, self.month * self.months, self.months)

    @property
    def discounts(self) -> Floats:
        """(months,) what one yuan at the end of each month is worth today."""
        return np.power(1 + self.monthly_discount_rate, -np.arange(1.0, self.months + 1))


@dataclass(frozen=True)
class Outlook:
    """Expectations for N customers over a horizon."""

    alive: Floats
    """(N,) chance that the customer has not left."""
    purchases: Floats
    """(N,) expected purchases."""
    margin: Floats
    """(N,) expected margin, discounted."""
    gradient: Floats
    """(N, P) derivative of ``margin`` by the logarithm of every parameter of both models."""
    log_covariance: Floats
    """(P, P) covariance of these logarithms."""

    @property
    def margin_standard_errors(self) -> Floats:
        """(N,) standard error of ``margin``."""
        return np.sqrt(np.einsum("np,pq,nq->n", self.gradient, self.log_covariance, self.gradient))

    def total_variance(self, chosen: NDArray[np.bool_]) -> float:
        """Variance of the total margin of the ``chosen`` customers, mask (N,): their errors are one and the same."""
        together = self.gradient[chosen].sum(axis=0)
        return float(together @ self.log_covariance @ together)


def discounted_purchases(model: PurchaseModel, histories: Histories, horizon: Horizon) -> tuple[Floats, Floats]:
    """Expected purchases over the horizon and the same discounted, each (G,)."""
    until = expected_purchases(model, histories, horizon.ends)
    return until[:, -1], np.diff(until, axis=1, prepend=0.0) @ horizon.discounts


def outlook(
    purchase_model: PurchaseModel,
    margin_model: MarginModel,
    histories: Histories,
    purchases: Ints,
    mean_margin: Floats,
    horizon: Horizon,
) -> Outlook:
    """Expectations for the N customers behind ``histories``.

    Args:
        purchase_model: fitted, with its estimate.
        margin_model: fitted, with its estimate.
        histories: of the customers, grouped.
        purchases: (N,) purchases behind the mean margin.
        mean_margin: (N,) mean margin of these.
        horizon: months and discount.

    Raises:
        ValueError: a model comes without estimate, so that nothing is known of its errors.
    """
    if purchase_model.estimate is None or margin_model.estimate is None:
        raise ValueError("a model whose parameters were given has no covariance; fit it")
    group = histories.groups.group
    count, discounted = discounted_purchases(purchase_model, histories, horizon)
    each = expected_margin(margin_model, purchases, mean_margin)
    by_purchases = _slopes(
        lambda values: discounted_purchases(purchase_model.with_parameters(values), histories, horizon)[1],
        purchase_model.estimate,
    )
    by_margins = _slopes(
        lambda values: expected_margin(margin_model.with_parameters(values), purchases, mean_margin),
        margin_model.estimate,
    )
    first, second = purchase_model.estimate.log_covariance, margin_model.estimate.log_covariance
    covariance = np.zeros((len(first) + len(second), len(first) + len(second)))
    covariance[: len(first), : len(first)] = first
    covariance[len(first) :, len(first) :] = second
    return Outlook(
        alive=alive_probability(purchase_model, histories)[group],
        purchases=count[group],
        margin=discounted[group] * each,
        gradient=np.hstack([by_purchases[group] * each[:, None], by_margins * discounted[group][:, None]]),
        log_covariance=covariance,
    )


def _slopes(of: Callable[[Floats], Floats], estimate: Estimate) -> Floats:
    """Derivative (rows, P) of a function of the parameters by their logarithms, by central differences."""
    steps = np.eye(len(estimate.values)) * _STEP
    return np.stack(
        [(of(estimate.values * np.exp(step)) - of(estimate.values * np.exp(-step))) / (2 * _STEP) for step in steps],
        axis=1,
    )
