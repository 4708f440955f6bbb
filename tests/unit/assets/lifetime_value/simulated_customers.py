"""Customers who behave exactly as the models say: what fitted parameters and expectations are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.lifetime_value.purchases import Histories, histories_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Customers:
    """N customers, watched for ``age`` (N,) and then for ``later`` (one number for all)."""

    frequency: NDArray[np.int64]
    recency: Floats
    age: Floats
    log_intervals: float
    later_purchases: NDArray[np.int64]
    is_alive: NDArray[np.bool_]

    @property
    def histories(self) -> Histories:
        return histories_of(self.frequency, self.recency, self.age, self.log_intervals)


def draw_customers(
    rng: np.random.Generator,
    age: Floats,
    parameters: tuple[float, float, float, float],
    shape: int = 1,
    later: float = 0,
) -> Customers:
    """Draw purchase by purchase; ``a`` = 0 means that nobody leaves."""
    r, alpha, a, b = parameters
    count = len(age)
    rate = rng.gamma(r, 1 / alpha, count)
    leaves = rng.beta(a, b, count) if a else np.zeros(count)
    frequency, later_purchases = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    now, recency = np.zeros(count), np.zeros(count)
    is_there, is_alive = np.ones(count, dtype=bool), np.ones(count, dtype=bool)
    log_intervals = 0.0
    while is_there.any():
        interval = rng.gamma(shape, 1, count) / rate
        now = now + interval
        seen, later_on = is_there & (now <= age), is_there & (now > age) & (now <= age + later)
        frequency += seen
        later_purchases += later_on
        recency = np.where(seen, now, recency)
        log_intervals += float(np.log(interval[seen]).sum())
        stays = rng.random(count) >= leaves
        is_alive &= ~seen | stays
        is_there = (seen | later_on) & stays
    return Customers(frequency, recency, age, log_intervals, later_purchases, is_alive)
