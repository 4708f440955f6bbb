"""How well expectations made at a day came true after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.lifetime_value.estimation import Floats

BINS = 10
"""Deciles."""


@dataclass(frozen=True)
class HoldoutError:
    """Error over N customers."""

    mean_absolute_error: float
    """Mean over customers of the absolute difference between expected and observed."""
    total_ratio: float
    """Expected over observed total; NaN if nothing was observed."""
    expected_by_bin: Floats
    """(bins,) mean expected, customers ordered by it and cut into ten equal parts (fewer for fewer customers)."""
    observed_by_bin: Floats
    """(bins,) mean observed of the same customers."""

    @property
    def calibration_error(self) -> float:
        """Mean absolute difference between the bins' means, over the mean observed; NaN if nothing was observed."""
        mean = float(self.observed_by_bin.mean())
        return float(np.abs(self.expected_by_bin - self.observed_by_bin).mean()) / mean if mean > 0 else np.nan


def holdout_error(expected: Floats, observed: Floats) -> HoldoutError:
    """Compare expectations (N,) with what was observed (N,), N at least 1.

    Customers with the same expectation lie next to each other in the order given.
    """
    if not len(expected):
        raise ValueError("nobody to compare: the split leaves no customer before the hold-out period")
    order = np.argsort(expected, kind="stable")
    parts = np.array_split(order, min(BINS, len(order)))
    observed_total = float(observed.sum())
    return HoldoutError(
        mean_absolute_error=float(np.abs(expected - observed).mean()),
        total_ratio=float(expected.sum()) / observed_total if observed_total > 0 else np.nan,
        expected_by_bin=np.array([expected[part].mean() for part in parts]),
        observed_by_bin=np.array([observed[part].mean() for part in parts]),
    )
