"""Phantom stock: packs that leave a store unseen, and that the books still show until someone counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.clock import utc
from simulator.config import ChainConfig
from simulator.geography import Geography
from simulator.streams import stream

Ints = NDArray[np.int64]
#: Chance per pair and day that packs vanish: a little everywhere, more where many pass by.
_EVERYWHERE, _PER_UNIT_SOLD, _BUSY_UNITS = 0.0002, 0.0025, 4.0
_FEWEST_HELD = 4
_SHARE_GONE = (0.25, 1.0)
_DAYS_TO_COUNT = (5, 15)


@dataclass(frozen=True)
class Vanished:
    """Packs that vanished on one day, in the order of their rows (location x SKUs + SKU); each row occurs once."""

    row: Ints
    lot: Ints
    units: Ints
    at: Ints
    count_day: Ints  # day number on whose morning the stock is counted

    def part(self, chosen: NDArray[np.bool_]) -> Vanished:
        """The chosen ones."""
        return Vanished(self.row[chosen], self.lot[chosen], self.units[chosen], self.at[chosen], self.count_day[chosen])


def _joined(parts: list[Vanished]) -> Vanished:
    columns = ("row", "lot", "units", "at", "count_day")
    none = np.zeros(0, dtype=np.int64)
    return Vanished(*(np.concatenate([none, *(getattr(part, name) for part in parts)]) for name in columns))


@dataclass
class Phantoms:
    """What the books show and the shelves do not hold. A pair loses nothing more until it has been counted."""

    config: ChainConfig
    geo: Geography
    catalogue: Catalogue
    mean_units: NDArray[np.float32]  # expected units a day, (locations, SKUs)
    missing: NDArray[np.int32] = field(init=False)
    """Packs per row that only the books have."""
    _open: Vanished = field(init=False)
    _ended: list[tuple[Vanished, Ints]] = field(init=False)  # with the second of the count
    _chance: list[NDArray[np.float64]] = field(init=False)  # per block, summed up over its rows

    def __post_init__(self) -> None:
        """Nothing is missing at the start."""
        skus = self.mean_units.shape[1]
        self.missing = np.zeros(self.mean_units.size, dtype=np.int32)
        self._open, self._ended = _joined([]), []
        self._chance = []
        for first, last in self.geo.blocks():
            units = self.mean_units[first:last].reshape((last - first) * skus)
            chance = np.where(units > 0, _EVERYWHERE + _PER_UNIT_SOLD * np.minimum(units, _BUSY_UNITS), 0.0)
            self._chance.append(np.cumsum(chance))

    def lose(self, day: int, block: int, at: int, quantity: NDArray[np.int32], lot: NDArray[np.int16]) -> Vanished:
        """Let packs of one block vanish between 18:00 and 21:00; takes them out of ``quantity`` (rows x slots)."""
        rng = stream(self.config.seed, "phantom stock", day, block)
        chance = self._chance[block]
        hits = np.searchsorted(chance, rng.random(rng.poisson(chance[-1])) * chance[-1], side="right")
        row = np.unique(np.minimum(hits, len(chance) - 1)) + self.geo.blocks()[block][0] * self.mean_units.shape[1]
        share, second = rng.uniform(*_SHARE_GONE, len(row)), 64_800 + rng.integers(0, 10_800, len(row))
        wait = rng.integers(*_DAYS_TO_COUNT, len(row))
        slot = quantity[row].argmax(axis=1)
        held = quantity[row, slot].astype(np.int64)
        found = Vanished(
            row, lot[row, slot].astype(np.int64), np.ceil(held * share).astype(np.int64), at + second, day + wait
        )
        chosen = (held >= _FEWEST_HELD) & (self.missing[row] == 0)
        found, slot = found.part(chosen), slot[chosen]
        quantity[found.row, slot] -= found.units.astype(np.int32)
        self.missing[found.row] += found.units.astype(np.int32)
        self._open = _joined([self._open, found])
        return found

    def count(self, is_counted: NDArray[np.bool_], when: Ints) -> Vanished:
        """End the open ones that are counted, at the seconds ``when`` (one per counted one); return them."""
        counted = self._open.part(is_counted)
        self._open = self._open.part(~is_counted)
        self.missing[counted.row] = 0
        self._ended.append((counted, when))
        return counted

    @property
    def open(self) -> Vanished:
        """What has not been counted yet."""
        return self._open

    def table(self) -> pl.DataFrame:
        """Truth: ``location_id, sku_id, lot_id, started_at, ended_at, quantity``; ``ended_at`` is null while open."""
        every = _joined([*(part for part, _ in self._ended), self._open])
        ended = np.concatenate([*(when for _, when in self._ended), np.zeros(len(self._open.row), dtype=np.int64)])
        skus = self.mean_units.shape[1]
        ids = self.catalogue.ids.gather(pl.Series(every.row % skus))
        return (
            pl.DataFrame(
                {
                    "location_id": self.geo.ids.gather(pl.Series(every.row // skus)),
                    "sku_id": ids,
                    "lot_id": ids.str.slice(3) + "-" + pl.Series(every.lot).cast(pl.String).str.zfill(3),
                    "started_at": every.at,
                    "ended_at": ended,
                    "quantity": every.units,
                }
            )
            .with_columns(utc("started_at"), utc("ended_at"))
            .sort("started_at", "location_id", "sku_id")
        )
