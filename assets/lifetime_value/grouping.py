"""Customers with the same history as one row with a weight: what a likelihood needs, and no more.

Grouping is exact. Where it leaves many rows (times to the second, amounts to the cent), cells of equal width stand for
what lies in them while the optimum is looked for; the last steps are taken on the exact rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEW_GROUPS = 20_000
"""Rows that take a millisecond or two to evaluate: there is nothing to gain from cells."""
_CELLS = {1: 1000, 2: 100}
"""Cells along an axis, by the number of axes."""


@dataclass(frozen=True)
class Groups:
    """G groups of customers."""

    count: Ints
    """(G,) number of purchases, the same for all customers of a group."""
    values: tuple[Floats, ...]
    """Arrays (G,): the other quantities; the mean of the customers where the groups are cells."""
    weight: Floats
    """(G,) customers in the group."""
    group: Ints
    """(N,) group of each customer."""

    def in_cells(self) -> Groups | None:
        """Groups of these groups in cells, at the customers' means; None where there are few already."""
        if len(self.count) <= FEW_GROUPS:
            return None
        return _summed(self.count, self.values, self.weight, [_cell(value, len(self.values)) for value in self.values])


def grouped(count: Ints, *values: Floats) -> Groups:
    """Group N customers by ``count`` (N,) and ``values``, each (N,)."""
    return _summed(count, values, np.ones(len(count)), [_number(value) for value in values])


def _summed(count: Ints, values: tuple[Floats, ...], weight: Floats, keys: list[Ints]) -> Groups:
    combined = count.astype(np.int64)
    for key in keys:
        combined = combined * (int(key.max(initial=0)) + 1) + key
    _, first, group = np.unique(combined, return_index=True, return_inverse=True)
    size = len(first)
    total = np.bincount(group, weights=weight, minlength=size).astype(np.float64)
    means = tuple(np.bincount(group, weights=weight * value, minlength=size) / total for value in values)
    return Groups(count[first], means, total, group)


def _number(value: Floats) -> Ints:
    """Whole numbers, not negative, equal where the values are."""
    whole = value.astype(np.int64)
    if (whole == value).all() and whole.min(initial=0) >= 0:
        return whole
    return np.unique(value, return_inverse=True)[1].astype(np.int64)


def _cell(value: Floats, axes: int) -> Ints:
    low, width = value.min(), max(np.ptp(value) / _CELLS[axes], np.finfo(float).tiny)
    return ((value - low) / width).astype(np.int64)
