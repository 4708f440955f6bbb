"""How good forecasts of a sum are: point errors, quantile losses, coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUANTILES = np.array([0.5, 0.8, 0.9, 0.95, 0.975])
BOOTSTRAP_DRAWS = 1000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Accuracy:
    """Figures of one method over ``count`` forecasts."""

    count: int
    wape: float
    """Sum of absolute errors of the median over the sum of demand."""
    rmsse: float
    """Root mean squared error of the mean, scaled per series by that of the naive forecast (Makridakis et al. 2022)."""
    pinball: float
    """Pinball loss, mean over :data:`QUANTILES`, in units of demand."""
    scaled_pinball: float
    """The same scaled per series by the mean absolute error of the naive forecast."""
    below: Floats
    """Share of demand below each quantile."""
    at_most: Floats
    """Share of demand at or below each quantile."""

    @property
    def coverage_gaps(self) -> Floats:
        """How far each quantile's probability lies outside ``[below, at_most]``; 0 is as good as a count allows.

        Many sums equal a quantile of a count, so no forecast has exactly 80 % at or below it; an exact one has 80 %
        between the two shares. Whoever draws at random which of the equal sums to count (the randomised PIT of Czado,
        Gneiting and Held 2009, Biometrics 65(4)) gets 80 % just then.
        """
        return np.maximum(np.maximum(self.below - QUANTILES, QUANTILES - self.at_most), 0)


def pinball_loss(observed: Floats, quantiles: Floats) -> Floats:
    """Loss of each quantile (Koenker and Bassett 1978); shapes ``(n,)`` and ``(n, 5)`` to ``(n, 5)``."""
    error = observed[:, None] - quantiles
    return np.maximum(QUANTILES * error, (QUANTILES - 1) * error)


def paired_difference(own: Floats, other: Floats, series: NDArray[np.int64], seed: int) -> tuple[float, float, float]:
    """Mean of ``own - other`` and its 95 % interval, by a bootstrap over whole series.

    Forecasts of one series err alike, so series are drawn, not forecasts (percentile interval, Efron and Tibshirani
    1993, chapter 13; both methods on the same draw).

    Args:
        own: Loss of each forecast, shape ``(n,)``.
        other: Loss of the other method's forecast of the same sum, shape ``(n,)``.
        series: Number of the series from 0, shape ``(n,)``, none left out.
        seed: Of the draws.
    """
    sums, counts = np.bincount(series, own - other), np.bincount(series)
    draws = np.random.default_rng(seed).integers(0, len(sums), (BOOTSTRAP_DRAWS, len(sums)))
    means = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(sums.sum() / counts.sum()), float(low), float(high)


def naive_scales(history: Floats, horizon: int) -> tuple[float, float]:
    """Mean absolute and mean squared difference between sums over successive horizons; zeros if there is none."""
    usable = len(history) // horizon
    if usable < 2:
        return 0.0, 0.0
    changes = np.diff(history[len(history) - usable * horizon :].reshape(usable, horizon).sum(axis=1))
    return float(np.abs(changes).mean()), float((changes**2).mean())


def accuracy(
    observed: Floats, expected: Floats, quantiles: Floats, absolute_scale: Floats, squared_scale: Floats
) -> Accuracy:
    """Measure forecasts.

    Args:
        observed: Demand over the horizon, shape ``(n,)``.
        expected: Forecast of its mean, shape ``(n,)``.
        quantiles: Forecast of its :data:`QUANTILES`, shape ``(n, 5)``.
        absolute_scale: First of :func:`naive_scales` for the series of each forecast; those of 0 are left out of
            scaled figures.
        squared_scale: Second of :func:`naive_scales`.
    """
    loss = pinball_loss(observed, quantiles)
    scaled = absolute_scale > 0
    return Accuracy(
        len(observed),
        float(np.abs(observed - quantiles[:, 0]).sum() / observed.sum()),
        float(np.sqrt(((observed - expected)[scaled] ** 2 / squared_scale[scaled]).mean())),
        float(loss.mean()),
        float((loss.mean(axis=1)[scaled] / absolute_scale[scaled]).mean()),
        (observed[:, None] < quantiles).mean(axis=0),
        (observed[:, None] <= quantiles).mean(axis=0),
    )
