"""What the replay bench reads off its curves."""

import numpy as np
import pytest

from assets.policy_replay.engine import OUTSIDE, Levels, World, replay
from benchmarks.replay import Figures, at_stock_value, poisson_bound, replay_window_days, scaled


def point(stock_value: float, stockout_days: int, fill_rate: float) -> Figures:
    return Figures(fill_rate, stockout_days, stock_value, 0.0, 0)


def test_a_curve_is_read_between_its_points_and_not_beyond_them() -> None:
    curve = [point(300, 10, 0.98), point(100, 50, 0.90), point(200, 20, 0.96)]
    assert at_stock_value(curve, 150) == pytest.approx((35, 0.93))
    assert at_stock_value(curve, 99) is None
    assert at_stock_value(curve, 301) is None


def world(mean: float, days: int) -> World:
    rng = np.random.default_rng(11)
    demand = np.stack([rng.poisson(mean, days), np.where(np.arange(days) % 30 == 0, round(30 * mean), 0)])
    return World(
        demand=demand,
        opening=np.zeros((2, days + 1), dtype=np.int64),
        arrivals=np.zeros((2, days), dtype=np.int64),
        lead_days=np.full((2, days), 2),
        life_days=np.full(2, days),
        source=np.full(2, OUTSIDE),
        order_multiple=np.ones(2, dtype=np.int64),
        minimum_order=np.ones(2, dtype=np.int64),
    )


def test_only_poisson_demand_gets_a_bound_and_the_bound_keeps_its_service_level() -> None:
    chain = world(3.0, 400)
    bound = poisson_bound(chain)
    assert bound.members.tolist() == [True, False]
    outcome = replay(chain, bound.levels)
    assert 0.95 < outcome.sold[0] / outcome.demanded[0] <= 1


def test_scaled_levels_stay_apart() -> None:
    got = scaled(Levels(np.full((2, 3), 4), np.full((2, 3), 5)), 0.5)
    assert (got.reorder_point[0, 0], got.order_up_to[0, 0]) == (2, 3)
    got = scaled(Levels(np.full((2, 3), 1), np.full((2, 3), 2)), 0.5)
    assert (got.reorder_point[0, 0], got.order_up_to[0, 0]) == (1, 2)


def test_the_window_is_the_platforms_own() -> None:
    assert replay_window_days() > 0
