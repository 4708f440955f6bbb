"""Optimal policies against published values and against policies evaluated the long way."""

from math import exp, factorial

import numpy as np
import pytest

from assets.policy_replay.optimal_policies import newsvendor, poisson_reorder_policy


def test_the_newsvendor_is_the_published_one() -> None:
    stock, cost = newsvendor(holding_cost=2, penalty_cost=18, demand_mean=120, demand_sd=10)
    assert stock == pytest.approx(132.8155, abs=1e-4)
    assert cost == pytest.approx(35.0997, abs=1e-4)


def test_the_newsvendor_costs_what_drawing_demand_costs() -> None:
    stock, cost = newsvendor(2, 18, 120, 10)
    demand = np.random.default_rng(3).normal(120, 10, 400_000)
    drawn = 2 * np.clip(stock - demand, 0, None) + 18 * np.clip(demand - stock, 0, None)
    assert cost == pytest.approx(drawn.mean(), rel=0.01)


def test_the_reorder_policy_is_the_published_one() -> None:
    policy = poisson_reorder_policy(order_cost=5, holding_cost=1, penalty_cost=4, demand_mean=6)
    assert (policy.reorder_point, policy.order_up_to) == (4, 10)
    assert policy.cost == pytest.approx(8.03411, abs=1e-5)


def long_run_cost(s: int, top: int, order: float, holding: float, penalty: float, mean: float, lead: int) -> float:
    """Cost per period of an (s, S) policy from the steady state of its stock position after ordering."""
    reach = 80

    def chance(count: int, over: float) -> float:
        return exp(-over) * over**count / factorial(count)

    positions = list(range(s + 1, top + 1))
    step = np.zeros((len(positions), len(positions)))
    ordering = np.zeros(len(positions))
    for row, position in enumerate(positions):
        for wanted in range(reach):
            left = position - wanted
            column = len(positions) - 1 if left <= s else positions.index(left)
            step[row, column] += chance(wanted, mean)
            ordering[row] += chance(wanted, mean) * (left <= s)
    steady = np.full(len(positions), 1 / len(positions))
    for _ in range(4000):
        steady = steady @ step
    period = [
        sum(
            chance(wanted, mean * (lead + 1)) * (holding * max(y - wanted, 0) + penalty * max(wanted - y, 0))
            for wanted in range(reach)
        )
        for y in positions
    ]
    return float(steady @ (np.array(period) + order * ordering))


@pytest.mark.parametrize(
    ("order", "holding", "penalty", "mean", "lead"),
    [(5, 1, 4, 6, 0), (4, 1, 5, 6, 0), (8, 1, 9, 2, 1), (2, 1, 20, 0.7, 2)],
)
def test_no_neighbour_of_the_reorder_policy_costs_less(
    order: float, holding: float, penalty: float, mean: float, lead: int
) -> None:
    policy = poisson_reorder_policy(order, holding, penalty, mean, lead)
    own = long_run_cost(policy.reorder_point, policy.order_up_to, order, holding, penalty, mean, lead)
    assert policy.cost == pytest.approx(own, abs=1e-6)
    for s in range(policy.reorder_point - 3, policy.reorder_point + 4):
        for top in range(max(s + 1, policy.order_up_to - 3), policy.order_up_to + 4):
            assert long_run_cost(s, top, order, holding, penalty, mean, lead) >= own - 1e-9
