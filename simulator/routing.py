"""Which store an order should have come from: the nearest one that really had all of it when it was paid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.demand import Demand
from simulator.documents import OrderBook
from simulator.geography import Geography
from simulator.supply import Supply

Ints = NDArray[np.int64]
_EARTH_KILOMETERS = 6371.0088
_SCHEMA = {
    "order_id": pl.String,
    "is_nearest_used": pl.Boolean,
    "nearest_location_id": pl.String,
    "extra_kilometers": pl.Float64,
}


@dataclass(frozen=True)
class Taken:
    """What customers took: one entry per line that was served, none sorted."""

    location: Ints
    sku: Ints
    turn: Ints
    """Place of the customer among all who came that day."""
    packs: Ints


def routing_truth(
    geo: Geography,
    supply: Supply,
    block: int,
    opening: Ints,
    taken: Taken,
    placed_at: Ints,
    demand: Demand,
    book: OrderBook,
) -> pl.DataFrame:
    """One row per paid courier order of a day and block; stores of the same city and block are compared.

    ``opening``: packs that could be sold before the day's first customer, shape ``(stores of the block * SKUs)``;
    ``placed_at``: sorted times of all who came, those who found nothing among them.
    """
    first, last = geo.blocks()[block]
    skus = supply.skus
    journey = book.journey
    asked = np.flatnonzero((journey.distance_meters >= 0) & (journey.paid_at > 0))
    turns = len(placed_at) + 1
    key = ((taken.location - first) * skus + taken.sku) * turns + taken.turn
    in_turn = np.argsort(key, kind="stable")
    key, packs = key[in_turn], np.concatenate([[0], np.cumsum(taken.packs[in_turn])])
    pair, inverse = np.unique(demand.line_order * skus + demand.line_sku, return_inverse=True)
    units = np.bincount(inverse, demand.line_units).astype(np.int64)
    found = []
    for city in np.unique(geo.city[demand.store[asked]]):
        stores = np.flatnonzero(geo.city[first:last] == city) + first
        orders = asked[geo.city[demand.store[asked]] == city]
        lines = np.flatnonzero(np.isin(pair // skus, orders))
        of_order = np.searchsorted(orders, pair[lines] // skus)
        turn = np.searchsorted(placed_at, journey.paid_at[orders], side="right")[of_order]
        row = (stores[None, :] - first) * skus + (pair[lines] % skus)[:, None]
        gone = packs[np.searchsorted(key, row * turns + turn[:, None])] - packs[np.searchsorted(key, row * turns)]
        has_line = opening[row] - gone >= units[lines][:, None]
        has_line &= supply.ranged[stores[None, :], pair[lines][:, None] % skus]
        has_all = np.ones((len(orders), len(stores)), dtype=bool)
        np.logical_and.at(has_all, of_order, has_line)
        away = _kilometers(
            book.latitude[orders][:, None],
            book.longitude[orders][:, None],
            geo.latitude[stores][None, :],
            geo.longitude[stores][None, :],
        )
        used = np.searchsorted(stores, demand.fulfilling[orders])
        own = away[np.arange(len(orders)), used]
        better = np.where(has_all & (away < own[:, None]), away, np.inf)
        is_nearest = np.isinf(better).all(axis=1)
        nearest = np.where(is_nearest, used, better.argmin(axis=1))
        found.append(
            pl.DataFrame(
                {
                    "order_id": book.order_ids.gather(pl.Series(orders)),
                    "is_nearest_used": is_nearest,
                    "nearest_location_id": geo.ids.gather(pl.Series(stores[nearest])),
                    "extra_kilometers": own - away[np.arange(len(orders)), nearest],
                }
            )
        )
    return pl.concat(found) if found else pl.DataFrame(schema=_SCHEMA)


def _kilometers(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    other_latitude: NDArray[np.float64],
    other_longitude: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Great-circle distance by the spherical law of cosines; good to a centimetre beyond a few metres."""
    north, east = np.radians(latitude), np.radians(longitude)
    other_north, other_east = np.radians(other_latitude), np.radians(other_longitude)
    cosine = np.sin(north) * np.sin(other_north) + np.cos(north) * np.cos(other_north) * np.cos(east - other_east)
    return _EARTH_KILOMETERS * np.arccos(np.clip(cosine, -1.0, 1.0))
