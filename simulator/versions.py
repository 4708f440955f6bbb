"""When an order is sent: once it is settled, sometimes earlier already, and again when money goes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.clock import local_day
from simulator.config import ChainConfig
from simulator.demand import Demand
from simulator.documents import OrderBook, OrderParts
from simulator.order_texts import order_texts


@dataclass
class Version:
    """One version of some orders, waiting for its day."""

    parts: OrderParts
    text: pl.Series
    older: pl.Series  # text of the version before, null = none
    newer_day: NDArray[np.int64]  # day of the next version, -1 = none


def versions_of(
    config: ChainConfig, day: int, book: OrderBook, demand: Demand, rng: np.random.Generator
) -> Iterator[tuple[int, Version]]:
    """Yield every version of the orders of one day with the day on which it is sent.

    About one online order in six is sent early too, and so is every order that is settled on another day.
    """
    n = len(demand.store)
    final_day = local_day(config, book.final_at)
    paid_day = local_day(config, book.journey.paid_at)
    refund_day = local_day(config, book.bill.refunded_at)
    crosses = final_day != day
    early = crosses | ((demand.mode > 0) & (rng.random(n) < 0.16))
    as_placed = early & ((book.journey.paid_at == 0) | (rng.random(n) < 0.2))
    refunded = (book.journey.fate == 0) & (book.bill.refund > 0)
    before = pl.Series([None] * n, dtype=pl.String)
    texts_before = {"final": before.clone(), "refund": before.clone()}
    for kind, which, due, newer, next_kind in (
        ("placed", as_placed & (book.final_at > demand.placed_at), np.full(n, day), final_day, "final"),
        ("paid", early & ~as_placed & (book.final_at > book.journey.paid_at), paid_day, final_day, "final"),
        ("final", np.ones(n, dtype=bool), final_day, np.where(refunded, refund_day, -1), "refund"),
        ("refund", refunded, refund_day, np.full(n, -1), None),
    ):
        parts = book.parts(which, kind)
        rows = parts.orders["row"].to_numpy()
        if not len(rows):
            continue
        text = order_texts(parts)
        older = texts_before.get(kind, before).gather(pl.Series(rows))
        if next_kind:
            texts_before[next_kind] = texts_before[next_kind].scatter(pl.Series(rows), text)
        for when in np.unique(due[rows]):
            chosen = np.flatnonzero(due[rows] == when)
            index = pl.Series(chosen)
            yield int(when), Version(parts.at(chosen), text.gather(index), older.gather(index), newer[rows][chosen])
