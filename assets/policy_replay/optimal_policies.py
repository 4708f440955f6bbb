"""Optimal policies where demand is known exactly: what a replayed policy can be held against."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_TAIL = 1e-12
"""Probability that may be cut off a Poisson distribution: far below what shows in a cost."""


def newsvendor(holding_cost: float, penalty_cost: float, demand_mean: float, demand_sd: float) -> tuple[float, float]:
    """Stock that minimises expected cost of one period of normal demand, and that cost.

    Arrow, Harris & Marschak (1951), "Optimal inventory policy", Econometrica 19(3), for normal demand: the critical
    ratio ``F(z) = p / (p + h)`` gives ``S = mean + z * sd`` and the cost ``(p + h) * f(z) * sd``.

    Args:
        holding_cost: cost of each pack left over, more than 0.
        penalty_cost: cost of each pack short, more than 0.
        demand_mean: mean of the period's demand, packs.
        demand_sd: its standard deviation, packs.
    """
    z = NormalDist().inv_cdf(penalty_cost / (penalty_cost + holding_cost))
    cost = (penalty_cost + holding_cost) * NormalDist().pdf(z) * demand_sd
    return demand_mean + z * demand_sd, cost


@dataclass(frozen=True)
class ReorderPolicy:
    """An (s, S) policy and its long-run cost per period."""

    reorder_point: int
    order_up_to: int
    cost: float


def poisson_reorder_policy(
    order_cost: float, holding_cost: float, penalty_cost: float, demand_mean: float, lead_periods: int = 0
) -> ReorderPolicy:
    """The (s, S) policy of least long-run cost for Poisson demand that waits when out of stock, reviewed every period.

    Zheng & Federgruen (1991), "Finding optimal (s, S) policies is about as simple as evaluating a single policy",
    Operations Research 39(4), pages 654-665: their search over ``c(s, S) = (K + sum of m(j) G(S - j) for j < S - s) /
    M(S - s)``. A lead time enters through the one-period cost G, taken over the demand of lead time and review period
    together.

    Args:
        order_cost: fixed cost of an order, more than 0.
        holding_cost: cost of a pack held over a period, more than 0.
        penalty_cost: cost of a pack short over a period, more than 0.
        demand_mean: mean demand of a period, packs, more than 0.
        lead_periods: whole periods from an order to its receipt.
    """
    demand = _poisson(demand_mean)
    exposed = _poisson(demand_mean * (lead_periods + 1))
    levels = np.arange(len(exposed))
    costs: dict[int, float] = {}
    # m(j) of the paper: expected visits to j below the order-up-to level between two orders.
    visits = [1.0 / (1.0 - demand[0])]
    spans = [0.0]

    def one_period_cost(position: int) -> float:
        """G of the paper at a stock position."""
        if position not in costs:
            left = position - levels
            costs[position] = float(exposed @ np.where(left > 0, holding_cost * left, -penalty_cost * left))
        return costs[position]

    def renewal(distance: int) -> None:
        while len(visits) <= distance:
            j = len(visits)
            reach = min(j, len(demand) - 1)
            earlier = sum(demand[step] * visits[j - step] for step in range(1, reach + 1))
            spans.append(spans[-1] + visits[j - 1])
            visits.append(earlier / (1.0 - demand[0]))

    def policy_cost(s: int, top: int) -> float:
        """c(s, S) of the paper."""
        renewal(top - s)
        run = sum(visits[j] * one_period_cost(top - j) for j in range(top - s))
        return (order_cost + run) / spans[top - s]

    best_level = min(range(len(exposed)), key=one_period_cost)
    s = best_level
    top = best_level
    while True:
        s -= 1
        if policy_cost(s, top) <= one_period_cost(s):
            break
    best = policy_cost(s, top)
    candidate = top + 1
    while one_period_cost(candidate) <= best:
        if policy_cost(s, candidate) < best:
            top = candidate
            while policy_cost(s, top) <= one_period_cost(s + 1):
                s += 1
            best = policy_cost(s, top)
        candidate += 1
    return ReorderPolicy(s, top, best)


def _poisson(mean: float) -> NDArray[np.float64]:
    """Probabilities of 0, 1, 2 ... until less than :data:`_TAIL` is left."""
    probabilities: list[float] = []
    total = 0.0
    while total < 1 - _TAIL:
        count = len(probabilities)
        probabilities.append(exp(count * log(mean) - mean - lgamma(count + 1)))
        total = sum(probabilities)
    return np.array(probabilities)
