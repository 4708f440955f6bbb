"""The replay engine against a lot-by-lot simulation in plain Python, and the laws it has to keep whatever comes in."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.policy_replay.engine import OUTSIDE, Levels, Outcome, World, replay


@st.composite
def cases(draw: st.DrawFn) -> tuple[World, Levels]:
    """A few stores and what supplies them: one centre for some, a supplier for the others."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    stores, days = draw(st.integers(1, 4)), draw(st.integers(1, 12))
    series = stores + 1
    source = np.where(rng.random(series) < 0.7, stores, OUTSIDE)
    source[stores] = OUTSIDE
    demand = rng.poisson(rng.uniform(0, 4, (series, 1)), (series, days))
    opening = np.where(rng.random((series, days + 1)) < 0.3, rng.integers(0, 9, (series, days + 1)), 0)
    point = rng.integers(0, 12, (series, days))
    world = World(
        demand=demand,
        opening=opening,
        arrivals=np.where(rng.random((series, days)) < 0.1, 5, 0),
        lead_days=rng.integers(1, 5, (series, days)),
        life_days=rng.integers(0, 15, series),
        source=source,
        order_multiple=rng.integers(1, 4, series),
        minimum_order=rng.integers(1, 6, series),
    )
    return world, Levels(point, point + rng.integers(0, 10, (series, days)))


def walk(world: World, levels: Levels) -> Outcome:
    """The same window pack by pack: every pack in stock is its last sellable day in a sorted list."""
    series, days = world.demand.shape
    stock = [[last for last in range(days + 1) for _ in range(world.opening[s, last])] for s in range(series)]
    under_way = [[(day, int(n)) for day, n in enumerate(world.arrivals[s]) if n] for s in range(series)]
    got = {field.name: np.zeros(series, dtype=np.int64) for field in fields(Outcome)}
    got["opening"] += [len(packs) for packs in stock]
    centres = sorted(set(world.source.tolist()) - {OUTSIDE})
    for day in range(days):
        for s in range(series):
            got["wasted"][s] += sum(last < day for last in stock[s])
            stock[s] = [last for last in stock[s] if last >= day]
            sold = min(len(stock[s]), world.demand[s, day])
            stock[s] = sorted(stock[s])[sold:]
            got["demanded"][s] += world.demand[s, day]
            got["sold"][s] += sold
            got["stockout_days"][s] += not stock[s]
        for members in ([s for s in range(series) if s not in centres], centres):
            wishes = []
            for s in members:
                position = sum(last > day for last in stock[s]) + sum(n for _, n in under_way[s])
                missing = levels.order_up_to[s, day] - position
                if position <= levels.reorder_point[s, day] and missing > 0:
                    wish = max(missing, world.minimum_order[s])
                    wishes.append((position, s, wish + -wish % world.order_multiple[s]))
            for _, s, wish in sorted(wishes):
                shipped = wish
                if (centre := world.source[s]) != OUTSIDE:
                    usable = sorted(last for last in stock[centre] if last > day)
                    shipped = min(wish, len(usable))
                    stock[centre] = [last for last in stock[centre] if last <= day] + usable[shipped:]
                    got["demanded"][centre] += wish
                    got["sold"][centre] += shipped
                if shipped:
                    got["orders"][s] += 1
                    got["ordered"][s] += shipped
                    under_way[s].append((day + world.lead_days[s, day], shipped))
        for s in range(series):
            received = sum(n for when, n in under_way[s] if when == day)
            under_way[s] = [(when, n) for when, n in under_way[s] if when != day]
            got["received"][s] += received
            stock[s] += [min(day + world.life_days[s], days)] * received
            got["stock_days"][s] += len(stock[s])
    got["closing"] += [len(packs) for packs in stock]
    return Outcome(**got)


@given(cases())
@settings(max_examples=60)
def test_the_arrays_say_what_a_walk_pack_by_pack_says(case: tuple[World, Levels]) -> None:
    observed, expected = replay(*case), walk(*case)
    for field in fields(Outcome):
        assert getattr(observed, field.name).tolist() == getattr(expected, field.name).tolist(), field.name


@given(cases())
@settings(max_examples=60)
def test_packs_are_conserved_and_never_fewer_than_none(case: tuple[World, Levels]) -> None:
    world, levels = case
    got = replay(world, levels)
    assert (got.opening + got.received == got.sold + got.wasted + got.closing).all()
    assert all((getattr(got, field.name) >= 0).all() for field in fields(Outcome))
    assert (got.sold <= got.demanded).all()
    inside = world.source != OUTSIDE
    shipped = np.bincount(world.source[inside], got.ordered[inside], len(world.source))
    # What a centre shipped is what its stores were sent; what it sold besides went to customers of its own.
    assert (got.sold >= shipped).all()
    assert (got.sold - shipped <= world.demand.sum(axis=1)).all()


@given(cases())
@settings(max_examples=20)
def test_the_order_of_the_series_makes_no_difference_to_what_a_supplier_fills(case: tuple[World, Levels]) -> None:
    world, levels = case
    alone = World(**{**vars(world), "source": np.full(len(world.source), OUTSIDE)})
    turned = World(**{name: array[::-1] for name, array in vars(alone).items()})
    forward, backward = (
        replay(alone, levels),
        replay(turned, Levels(levels.reorder_point[::-1], levels.order_up_to[::-1])),
    )
    for field in fields(Outcome):
        assert (getattr(forward, field.name) == getattr(backward, field.name)[::-1]).all()


def one_series(**changed: object) -> World:
    arrays = {
        "demand": np.array([[2, 2, 2, 2]]),
        "opening": np.array([[0, 0, 0, 0, 5]]),
        "arrivals": np.zeros((1, 4), dtype=np.int64),
        "lead_days": np.full((1, 4), 2),
        "life_days": np.array([30]),
        "source": np.array([OUTSIDE]),
        "order_multiple": np.array([1]),
        "minimum_order": np.array([1]),
    }
    return World(**{**arrays, **changed})


def levels_of(point: int, top: int) -> Levels:
    return Levels(np.full((1, 4), point), np.full((1, 4), top))


def test_an_order_counts_as_stock_until_it_comes_so_nothing_is_ordered_twice() -> None:
    got = replay(one_series(), levels_of(3, 6))
    # Close of the first day: 3 left, 3 ordered for the close of the third. The second: 1 left, 3 coming, no order.
    # The third sells its last pack; 3 are coming, so 3 more make 6.
    assert (got.orders[0], got.ordered[0], got.received[0]) == (2, 3 + 3, 3)
    assert (got.sold[0], got.stockout_days[0], got.closing[0]) == (7, 1, 1)


def test_a_circle_of_sources_is_refused() -> None:
    world = one_series()
    two = World(**{name: np.concatenate([array, array]) for name, array in vars(world).items() if name != "source"},
                source=np.array([1, 0]))  # fmt: skip
    with pytest.raises(ValueError, match="circle"):
        replay(two, Levels(np.ones((2, 4), dtype=int), np.ones((2, 4), dtype=int)))


def test_a_lead_time_below_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="before the close"):
        replay(one_series(lead_days=np.zeros((1, 4), dtype=int)), levels_of(3, 6))
