"""The replay of one policy over a past window: series x days arrays, one NumPy step a day for all series.

Belongs here: how stock moves. Does not belong here: where demand, lead times and reorder levels come from
(:mod:`assets.policy_replay.inputs`) and how results are stored (:mod:`assets.policy_replay.asset`).

A series is one SKU at one location. The day runs as in the stock positions of the warehouse: what is past its last day
goes; demand is served first-expired-first-out from what lies there and is lost beyond it; at the close every series
orders, locations that supply others ship, and what is due comes in, to be sold from the next day on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

OUTSIDE = -1
"""Source of a series that a supplier fills; suppliers ship in full."""


@dataclass(frozen=True)
class World:
    """What is the same for every policy: S series, D days, quantities in packs."""

    demand: Ints
    """(S, D) packs customers want. A location that supplies others is besides asked by them."""
    opening: Ints
    """(S, D + 1) sellable packs when the first day begins, by the last day (its index) on which they may be sold;
    the last column holds what outlasts the window."""
    arrivals: Ints
    """(S, D) packs already under way when the window begins, by the day at whose close they come in."""
    lead_days: Ints
    """(S, D) days from an order at the close of that day to its receipt, at least 1."""
    life_days: Ints
    """(S,) days that a pack may still be sold after its receipt."""
    source: Ints
    """(S,) index of the series that supplies this one, :data:`OUTSIDE` for a supplier."""
    order_multiple: Ints
    """(S,) packs per case, at least 1."""
    minimum_order: Ints
    """(S,) fewest packs per order, at least 1."""


@dataclass(frozen=True)
class Levels:
    """A policy: order up to ``order_up_to`` when the stock position is at or below ``reorder_point``, both (S, D)."""

    reorder_point: Ints
    order_up_to: Ints


@dataclass(frozen=True)
class Outcome:
    """What the window brought each series; all arrays (S,), packs unless they say otherwise.

    ``opening + received = sold + wasted + closing`` holds for each series.
    """

    opening: Ints
    demanded: Ints
    """Packs wanted by customers and by the locations it supplies."""
    sold: Ints
    """Packs sold or shipped to the locations it supplies."""
    received: Ints
    wasted: Ints
    """Packs that passed their last day."""
    closing: Ints
    stockout_days: Ints
    """Days with no stock at opening or that ran out during the day."""
    stock_days: Ints
    """Closing stock summed over the days, pack days."""
    orders: Ints
    """Orders placed, a number."""
    ordered: Ints


def replay(world: World, levels: Levels) -> Outcome:
    """Step through the window; the first day begins with ``world.opening``.

    Raises :class:`ValueError` for lead times below a day and for series that supply each other in a circle.
    """
    series, days = world.demand.shape
    if days and world.lead_days.min(initial=1) < 1:
        raise ValueError("An order placed at the close of a day cannot come in before the close of the next")
    echelons = _echelons(world.source)
    stock = world.opening.copy()
    due = np.zeros((series, days + 1), dtype=np.int64)
    due[:, :days] = world.arrivals
    on_order = world.arrivals.sum(axis=1)
    totals = {name: np.zeros(series, dtype=np.int64) for name in Outcome.__dataclass_fields__}
    totals["opening"] = stock.sum(axis=1)

    for day in range(days):
        totals["wasted"] += stock[:, :day].sum(axis=1)
        stock[:, :day] = 0
        # Columns before today are empty from here on; what counts are the others.
        fresh = stock[:, day:]
        wanted = world.demand[:, day]
        totals["demanded"] += wanted
        totals["sold"] += _take(fresh, wanted)
        totals["stockout_days"] += fresh.sum(axis=1) == 0
        for members in echelons:
            # What may still be sold tomorrow; a source has by now shipped what the echelons below it asked for.
            position = stock[members, day + 1 :].sum(axis=1) + on_order[members]
            wish = _order_quantity(position, levels, world, members, day)
            shipped = _ship(stock[:, day + 1 :], wish, members, world.source, position, totals)
            totals["orders"][members] += shipped > 0
            totals["ordered"][members] += shipped
            on_order[members] += shipped
            arrives = np.minimum(day + world.lead_days[members, day], days)
            due[members, arrives] += shipped
        received = due[:, day]
        on_order -= received
        totals["received"] += received
        last_day = np.minimum(day + world.life_days, days)
        stock[np.arange(series), last_day] += received
        totals["stock_days"] += stock.sum(axis=1)

    totals["closing"] = stock.sum(axis=1)
    return Outcome(**totals)


def _take(stock: Ints, wanted: Ints) -> Ints:
    """Take up to ``wanted`` (S,) packs from ``stock`` (S, columns by last day) in place, soonest to expire first."""
    reached = np.cumsum(stock, axis=1)
    taken = np.minimum(reached[:, -1], wanted) if stock.shape[1] else np.zeros_like(wanted)
    np.minimum(stock, np.clip(reached - taken[:, None], 0, None), out=stock)
    return taken


def _order_quantity(position: Ints, levels: Levels, world: World, members: Ints, day: int) -> Ints:
    """Packs each member orders: up to its level in whole cases, at least the minimum; none above the reorder point."""
    missing = levels.order_up_to[members, day] - position
    is_due = (position <= levels.reorder_point[members, day]) & (missing > 0)
    wish = np.maximum(missing, world.minimum_order[members])
    multiple = world.order_multiple[members]
    return np.where(is_due, -(-wish // multiple) * multiple, 0)


def _ship(stock: Ints, wish: Ints, members: Ints, source: Ints, position: Ints, totals: dict[str, Ints]) -> Ints:
    """Packs that leave for each member: all of its wish from a supplier, from another location what that one has.

    Where a location cannot serve all, those with the fewest packs come first. Takes the packs out of ``stock``, the
    columns that may be sold tomorrow, and books them as demanded from and sold by the sources.
    """
    shipped = wish.copy()
    inside = np.flatnonzero((source[members] != OUTSIDE) & (wish > 0))
    if not len(inside):
        return shipped
    inside = inside[np.lexsort((position[inside], source[members[inside]]))]
    origin, asked = source[members[inside]], wish[inside]
    reached = np.cumsum(asked)
    first = np.r_[True, origin[1:] != origin[:-1]]
    before = reached - asked
    before = before - np.maximum.accumulate(np.where(first, before, 0))
    available = stock.sum(axis=1)[origin]
    shipped[inside] = np.clip(available - before, 0, asked)
    asked_of = np.bincount(origin, asked, len(source)).astype(np.int64)
    totals["demanded"] += asked_of
    totals["sold"] += _take(stock, asked_of)
    return shipped


def _echelons(source: Ints) -> list[Ints]:
    """Series in the order in which they order: those that supply nobody first, a source after all that it supplies."""
    height = np.zeros(len(source), dtype=np.int64)
    inside = np.flatnonzero(source != OUTSIDE)
    for _ in range(len(source) + 1):
        higher = height.copy()
        np.maximum.at(higher, source[inside], height[inside] + 1)
        if (higher == height).all():
            return [np.flatnonzero(height == level) for level in range(height.max(initial=-1) + 1)]
        height = higher
    raise ValueError("Locations supply each other in a circle")
