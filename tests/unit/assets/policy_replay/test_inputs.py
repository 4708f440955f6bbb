"""From the warehouse's tables to arrays: nothing is lost, and the order of rows means nothing."""

from datetime import date, timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.policy_replay.asset import replay_policies
from assets.policy_replay.engine import OUTSIDE
from assets.policy_replay.inputs import ReplayTables, replay_case, sampled_lead_days, whole_packs

FIRST_DAY = date(2026, 2, 1)


def tables() -> ReplayTables:
    """A store and the centre that supplies it; three days."""
    series = pl.DataFrame(
        {
            "location_id": ["S1", "DC"],
            "sku_id": ["A", "A"],
            "source_location_id": ["DC", None],
            "lead_time_days": [1.4, 6.0],
            "lead_time_sd_days": [0.5, 2.0],
            "erp_reorder_point_quantity": [3, 20],
            "erp_order_up_to_quantity": [8, 60],
            "life_days": [90, 400],
            "order_multiple_quantity": [1, 10],
            "minimum_order_quantity": [1, 20],
        }
    )
    days = pl.DataFrame(
        {
            "location_id": ["S1"] * 3 + ["DC"] * 3,
            "sku_id": ["A"] * 6,
            "demand_quantity": [2.0, 3.4, 0.2, 0.0, 0.0, 0.0],
            "arriving_quantity": [1, 0, 0, 0, 0, 7],
            "reorder_point_quantity": [None, 5, None, 30, 31, 32],
            "order_up_to_quantity": [None, 9, None, 70, 71, 72],
            "business_date": [FIRST_DAY + timedelta(days=day) for day in range(3)] * 2,
        }
    )
    lots = pl.DataFrame(
        {
            "location_id": ["S1", "S1", "DC", "DC"],
            "sku_id": ["A"] * 4,
            "expiry_date": [FIRST_DAY, FIRST_DAY + timedelta(days=60), FIRST_DAY + timedelta(days=1), FIRST_DAY],
            "quantity": [4, 5, 30, -2],
        }
    )
    return ReplayTables(series, days, lots)


def test_tables_become_arrays_in_the_order_of_their_keys() -> None:
    case = replay_case(tables())
    assert case.keys.rows() == [("DC", "A"), ("S1", "A")]
    assert case.world.source.tolist() == [OUTSIDE, 0]
    assert case.world.demand.tolist() == [[0, 0, 0], [2, 3, 1]]
    assert case.world.arrivals.tolist() == [[0, 0, 7], [1, 0, 0]]
    # The last column outlasts the window; a lot corrected below zero holds nothing.
    assert case.world.opening.tolist() == [[0, 30, 0, 0], [4, 0, 0, 5]]
    assert case.policies["min_max"].reorder_point.tolist() == [[20] * 3, [3] * 3]
    # Before its first day the ERP's levels hold; a day without levels keeps those of the day before.
    assert case.policies["signals"].reorder_point.tolist() == [[30, 31, 32], [3, 5, 5]]
    assert case.policies["signals"].order_up_to.tolist() == [[70, 71, 72], [8, 9, 9]]


def test_the_order_of_rows_makes_no_difference() -> None:
    given_tables = tables()
    turned = ReplayTables(*(frame.reverse() for frame in vars(given_tables).values()))
    assert replay_policies(given_tables).equals(replay_policies(turned))


def test_without_a_window_there_are_no_rows() -> None:
    empty = ReplayTables(*(frame.clear() for frame in vars(tables()).values()))
    assert replay_policies(empty).is_empty()


@given(st.lists(st.lists(st.floats(0, 30), min_size=9, max_size=9), min_size=1, max_size=4))
@settings(max_examples=50)
def test_whole_packs_stay_within_half_a_pack_of_the_demand_so_far(demand: list[list[float]]) -> None:
    whole = whole_packs(np.array(demand))
    assert (whole >= 0).all()
    assert np.abs(whole.cumsum(axis=1) - np.array(demand).cumsum(axis=1)).max() <= 0.5 + 1e-9


def test_lead_times_are_drawn_around_their_mean_and_the_same_each_time() -> None:
    mean, sd = pl.Series([2.0, 7.0]), pl.Series([0.5, 2.0])
    drawn = sampled_lead_days(mean, sd, 4000)
    assert (drawn == sampled_lead_days(mean, sd, 4000)).all()
    assert drawn.min() >= 1
    assert np.allclose(drawn.mean(axis=1), mean.to_numpy(), atol=0.1)
    assert np.allclose(drawn.std(axis=1), [np.hypot(0.5, 12**-0.5), np.hypot(2.0, 12**-0.5)], atol=0.1)
