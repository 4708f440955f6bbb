"""Planners at their desks in the morning: what they decide on the pairs that ran low the evening before.

They know signals by what these are about (kind, day, destination, SKU) and decide whether or not any system made one.
Nothing is shipped because of a decision: the ERP goes on ordering by its own levels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.clock import iso, midnight, utc
from simulator.config import ChainConfig
from simulator.documents import labels
from simulator.geography import Geography
from simulator.streams import stream

Ints = NDArray[np.int64]
_LOOKED_AT = 0.25
_BY_TRANSFER = 0.08
_DECISIONS = ["approved", "changed", "refused"]
_DECISION_SHARE = [0.74, 0.16, 0.10]
_TO_MORE = ["demand_expected_higher", "supplier_unreliable"]
_TO_LESS = ["demand_expected_lower", "no_shelf_space", "short_shelf_life", "budget_spent"]
_TO_NONE = ["enough_stock", "to_be_delisted", "source_short", "stock_count_pending", "budget_spent"]


@dataclass(frozen=True)
class RanLow:
    """Pairs whose stock on hand and on order was at or below the reorder point when the day ended."""

    location: Ints
    sku: Ints
    wanted: Ints  # units up to the order-up-to level

    @staticmethod
    def joined(parts: list[RanLow]) -> RanLow:
        """Several as one."""
        none = np.zeros(0, dtype=np.int64)
        return RanLow(
            np.concatenate([none, *(part.location for part in parts)]),
            np.concatenate([none, *(part.sku for part in parts)]),
            np.concatenate([none, *(part.wanted for part in parts)]),
        )


def decision_records(
    config: ChainConfig, geo: Geography, catalogue: Catalogue, day: int, low: RanLow
) -> tuple[pl.DataFrame, pl.Series]:
    """Decisions made on the morning of ``day`` on pairs that ran low the day before: truth rows and JSON texts."""
    rng = stream(config.seed, "decisions", day)
    chosen = np.flatnonzero(rng.random(len(low.sku)) < _LOOKED_AT)
    location, sku, wanted = low.location[chosen], low.sku[chosen], low.wanted[chosen]
    n = len(chosen)
    neighbour = geo.neighbour[location].astype(np.int64)
    by_transfer = (rng.random(n) < _BY_TRANSFER) & (neighbour != location)
    source = np.where(by_transfer, neighbour, geo.parent[location])
    decision = rng.choice(len(_DECISIONS), n, p=_DECISION_SHARE)
    decided = np.maximum(np.round(wanted * rng.uniform(0.4, 1.7, n)).astype(np.int64), 1)
    # Who would change nothing asks for one pack more.
    decided = np.where(decided == wanted, wanted + 1, decided)
    draw = rng.integers(0, 60, n)  # a multiple of the length of every list below
    reason = pl.Series([None] * n, dtype=pl.String)
    for mask, codes in (
        ((decision == 1) & (decided > wanted), _TO_MORE),
        ((decision == 1) & (decided < wanted), _TO_LESS),
        (decision == 2, _TO_NONE),
    ):
        rows = np.flatnonzero(mask)
        reason = reason.scatter(pl.Series(rows), labels(codes, draw[rows] % len(codes)))
    decided_at = midnight(config, day) + 30_600 + np.sort(rng.integers(0, 9000, n))
    stamp = config.day(day).strftime("%y%m%d")
    flat = pl.DataFrame(
        {
            "decision_id": f"SD{stamp}-" + pl.Series(np.arange(n) + 100_001).cast(pl.String).str.slice(1),
            "signal_kind": labels(["replenishment", "transfer"], by_transfer.astype(np.int64)),
            "signal_date": pl.repeat(config.day(day - 1), n, dtype=pl.Date, eager=True),
            "location_id": geo.ids.gather(pl.Series(location)),
            "sku_id": catalogue.ids.gather(pl.Series(sku)),
            "source_location_id": geo.ids.gather(pl.Series(source.astype(np.int64)).replace(-1, None)),
            "decision": labels(_DECISIONS, decision),
            "decided_quantity": pl.Series(decided),
            "reason_code": reason,
            "decided_at": decided_at,
            "updated_at": decided_at,
        }
    ).with_columns(pl.when(pl.Series(decision == 1)).then("decided_quantity").alias("decided_quantity"))
    ready = flat.with_columns(pl.col("signal_date").cast(pl.String), iso("decided_at"), iso("updated_at"))
    texts = ready.select(pl.struct(pl.all()).struct.json_encode().alias("text"))["text"]
    return flat.with_columns(utc("decided_at"), utc("updated_at")), texts
