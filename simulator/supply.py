"""Stock and its flow: lots at every location, first-expired-first-out, reorders from store to DC to supplier."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.config import ChainConfig
from simulator.geography import Geography
from simulator.streams import stream

SLOTS = 6  # different lots one location may hold of one SKU
Ints = NDArray[np.int64]

KINDS = ["opening", "receipt", "sale", "return", "transfer_out", "transfer_in", "adjustment", "expiry", "damage"]


@dataclass
class Movements:
    """Stock movements of one kind as parallel arrays; ``kind`` is a number in :data:`KINDS`."""

    kind: int
    location: Ints
    sku: Ints
    lot: Ints
    quantity: Ints  # signed
    at: Ints
    counterparty: Ints  # location number, -1 = none
    reference: Ints  # purchase order line number or -1


@dataclass
class Supply:
    """All stock. ``quantity`` and ``lot`` have the shape ``(locations x SKUs, SLOTS)``, row = location * SKUs + SKU."""

    config: ChainConfig
    geo: Geography
    catalogue: Catalogue
    ranged: NDArray[np.bool_]  # (locations, SKUs)
    mean_units: NDArray[np.float32]  # expected units a day, (locations, SKUs)
    quantity: NDArray[np.int32] = field(init=False)
    lot: NDArray[np.int16] = field(init=False)
    lot_expiry: NDArray[np.int32] = field(init=False)  # (SKUs, lots) last day number on which the lot may be sold
    reorder_point: NDArray[np.int32] = field(init=False)
    order_up_to: NDArray[np.int32] = field(init=False)
    on_order: NDArray[np.int32] = field(init=False)
    due: dict[int, list[tuple[Ints, ...]]] = field(
        init=False
    )  # day -> (location, sku, lot, quantity, source, reference)
    _opening: tuple[NDArray[np.int32], NDArray[np.int16]] = field(init=False)
    _lots_made: Ints = field(init=False)
    _order_lines: int = 0

    def __post_init__(self) -> None:
        """Set reorder levels and the opening stock."""
        rng = stream(self.config.seed, "opening stock")
        locations, skus = self.ranged.shape
        level = self.geo.level
        cover = np.where(level == 2, 2.5, np.where(level == 1, 5.0, 12.0))[:, None]
        refill = np.where(level == 2, 6.0, np.where(level == 1, 7.0, 12.0))[:, None]
        z = np.where(level[:, None] == 2, rng.normal(1.0, 0.7, (locations, skus)), 2.6)
        need = self.mean_units * cover
        point = np.ceil(need + z * np.sqrt(need) * 1.15).clip(1)
        self.reorder_point = np.where(self.ranged, point, 0).astype(np.int32)
        self.order_up_to = np.where(self.ranged, point + np.ceil(self.mean_units * refill).clip(2), 0).astype(np.int32)
        self.on_order = np.zeros((locations, skus), dtype=np.int32)
        self.due = defaultdict(list)
        self._lots_made = np.full(skus, 4, dtype=np.int64)
        life = self.catalogue.shelf_life_days[:, None]
        self.lot_expiry = np.zeros((skus, 64), dtype=np.int32)
        # Lot 0 is short-dated on some SKUs, so that goods do expire; the others are fresh.
        short = rng.random(skus) < 0.35
        self.lot_expiry[:, 0] = np.where(short, rng.integers(1, 45, skus), life[:, 0] * rng.uniform(0.3, 0.6, skus))
        self.lot_expiry[:, 1:4] = (life * np.sort(rng.uniform(0.5, 0.95, (skus, 3)), axis=1)).astype(np.int32)
        self.quantity = np.zeros((locations * skus, SLOTS), dtype=np.int32)
        self.lot = np.zeros((locations * skus, SLOTS), dtype=np.int16)
        low, high = self.reorder_point.ravel(), self.order_up_to.ravel()
        start = low + np.floor(rng.random(low.shape) * (high - low + 1)).astype(np.int32)
        old = np.where(rng.random(low.shape) < 0.3, rng.binomial(start, 0.4), 0)
        self.quantity[:, 0] = old
        self.quantity[:, 1] = start - old
        self.lot[:, 1] = rng.integers(1, 4, low.shape)
        # Two slots are filled at the start; what they held is written down when the first day ends.
        self._opening = (self.quantity[:, :2].astype(np.int32), self.lot[:, :2].copy())

    @property
    def skus(self) -> int:
        """Number of SKUs."""
        return self.ranged.shape[1]

    def opening(self, first: int, last: int, at: int) -> Movements:
        """Opening balances of locations ``first`` to ``last`` (exclusive)."""
        rows = slice(first * self.skus, last * self.skus)
        quantity, lot = self._opening[0][rows], self._opening[1][rows]
        row, slot = np.nonzero(quantity)
        row, units, lots = row + rows.start, quantity[row, slot], lot[row, slot]
        none = np.full(len(row), -1)
        when = np.full(len(row), at)
        return Movements(
            0,
            row // self.skus,
            row % self.skus,
            lots.astype(np.int64),
            units.astype(np.int64),
            when,
            none,
            none,
        )

    def sellable(self, rows: Ints, day: int) -> Ints:
        """Units of each row (location x SKU) that may still be sold after ``day``, any lot."""
        fresh = self.lot_expiry[(rows % self.skus)[:, None], self.lot[rows]] > day
        return np.where(fresh, self.quantity[rows], 0).sum(axis=1).astype(np.int64)

    def take(self, rows: Ints, wanted: Ints, day: int) -> tuple[Ints, Ints]:
        """Take stock first-expired-first-out, in the order given; a lot is pulled the evening before its last day.

        Returns the units taken per request and slot and the lots of these slots, both of shape ``(requests, SLOTS)``.
        """
        if not len(rows):
            return np.zeros((0, SLOTS), dtype=np.int64), np.zeros((0, SLOTS), dtype=np.int64)
        order = np.argsort(rows, kind="stable")
        units = wanted[order]
        unique, first, inverse = np.unique(rows[order], return_index=True, return_inverse=True)
        total = np.add.reduceat(units, first)
        before = np.cumsum(units) - units
        before -= before[first][inverse]
        lots = self.lot[unique]
        expiry = self.lot_expiry[(unique % self.skus)[:, None], lots]
        held = self.quantity[unique].astype(np.int64)
        usable = np.where(expiry > day, held, 0)
        by_expiry = np.argsort(np.where(usable > 0, expiry, np.iinfo(np.int32).max), axis=1, kind="stable")
        usable = np.take_along_axis(usable, by_expiry, axis=1)
        end = np.cumsum(usable, axis=1)
        begin = end - usable
        taken = np.minimum((before + units)[:, None], end[inverse]) - np.maximum(before[:, None], begin[inverse])
        np.clip(taken, 0, None, out=taken)
        gone = np.clip(np.minimum(total[:, None], end) - begin, 0, None)
        left = np.take_along_axis(held, by_expiry, axis=1) - gone
        np.put_along_axis(held, by_expiry, left, axis=1)
        self.quantity[unique] = held
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        lots_sorted = np.take_along_axis(lots, by_expiry, axis=1).astype(np.int64)
        return taken[back], lots_sorted[inverse][back]

    def morning(self, day: int, at: int) -> list[Movements]:
        """Write off lots three to six days after their last day, and find what was broken or miscounted overnight."""
        rng = stream(self.config.seed, "shrinkage", day)
        found: list[Movements] = []
        row, slot = np.nonzero(self.quantity)
        sku, lot, held = (
            row % self.skus,
            self.lot[row, slot].astype(np.int64),
            self.quantity[row, slot].astype(np.int64),
        )
        location = row // self.skus
        # Each location clears its shelves on its own rhythm of four days.
        expired = (self.lot_expiry[sku, lot] + 3 <= day) & ((location + day) % 4 == 0)
        draw = rng.random(len(row))
        fraction = rng.random(len(row))
        for kind, mask, units in (
            (7, expired, held),
            (8, ~expired & (draw < 0.0010), np.minimum(held, 1 + (fraction * 2).astype(np.int64))),
            (6, ~expired & (draw > 0.9985), np.minimum(held, 1)),
        ):
            hit = np.flatnonzero(mask)
            if len(hit):
                self.quantity[row[hit], slot[hit]] -= units[hit].astype(np.int32)
                none = np.full(len(hit), -1)
                when = at + 6 * 3600 + (fraction[hit] * 5400).astype(np.int64)
                found.append(Movements(kind, location[hit], sku[hit], lot[hit], -units[hit], when, none, none))
        return found

    def evening(self, day: int, at: int) -> list[Movements]:
        """Order anew, then receive what is due today; what is received can be sold or shipped from tomorrow on."""
        return self._ship(day, at) + self._purchase(day) + self._receive(day, at)

    def _receive(self, day: int, at: int) -> list[Movements]:
        batches = self.due.pop(day, [])
        if not batches:
            return []
        location, sku, lot, units, source, reference = (np.concatenate(parts) for parts in zip(*batches, strict=True))
        rows = location * self.skus + sku
        placed = np.zeros(len(rows), dtype=bool)
        # Several batches for one row in one day go round by round; a row with no free slot waits until tomorrow.
        pending = np.arange(len(rows))
        for _ in range(SLOTS):
            _, once = np.unique(rows[pending], return_index=True)
            now = pending[once]
            same = (self.lot[rows[now]] == lot[now][:, None]) & (self.quantity[rows[now]] > 0)
            free = self.quantity[rows[now]] == 0
            slot = np.where(same.any(axis=1), same.argmax(axis=1), free.argmax(axis=1))
            fits = same.any(axis=1) | free.any(axis=1)
            hit, where = now[fits], slot[fits]
            self.quantity[rows[hit], where] += units[hit].astype(np.int32)
            self.lot[rows[hit], where] = lot[hit]
            placed[hit] = True
            pending = np.setdiff1d(pending, now)
            if not len(pending):
                break
        np.subtract.at(self.on_order, (location[placed], sku[placed]), units[placed].astype(np.int32))
        wait = ~placed
        if wait.any():
            self.due[day + 1].append((location[wait], sku[wait], lot[wait], units[wait], source[wait], reference[wait]))
        rng = stream(self.config.seed, "receipts", day)
        when = at + 73_800 + rng.integers(0, 7200, len(rows))  # 20:30 to 22:30
        found = []
        for kind, mask in ((1, placed & (source < 0)), (5, placed & (source >= 0))):
            if mask.any():
                found.append(
                    Movements(
                        kind,
                        location[mask],
                        sku[mask],
                        lot[mask],
                        units[mask],
                        when[mask],
                        source[mask],
                        reference[mask],
                    )
                )
        return found

    def _ship(self, day: int, at: int) -> list[Movements]:
        found = []
        for level in (2, 1):
            first, last = (self.geo.first_store, len(self.geo.level)) if level == 2 else (1, self.geo.first_store)
            if last <= first:
                continue
            window = slice(first * self.skus, last * self.skus)
            position = self._fresh_total(window, day).reshape(last - first, self.skus) + self.on_order[first:last]
            short = self.ranged[first:last] & (position <= self.reorder_point[first:last])
            store, sku = np.nonzero(short)
            wanted = (self.order_up_to[first:last] - position)[store, sku].astype(np.int64)
            store = store + first
            source = self.geo.parent[store].astype(np.int64)
            rng = stream(self.config.seed, "shipping", day, level)
            turn = rng.permutation(len(store))
            store, sku, wanted, source = store[turn], sku[turn], wanted[turn], source[turn]
            taken, lots = self.take(source * self.skus + sku, wanted, day + 20)
            request, slot = np.nonzero(taken)
            if not len(request):
                continue
            units, lot = taken[request, slot], lots[request, slot]
            to, what, origin = store[request].astype(np.int64), sku[request], source[request]
            lead = (1 + (rng.random(len(store)) < 0.3) + (rng.random(len(store)) < 0.06))[request]
            np.add.at(self.on_order, (to, what), units.astype(np.int32))
            none = np.full(len(to), -1)
            for days in np.unique(lead):
                m = lead == days
                self.due[day + int(days)].append((to[m], what[m], lot[m], units[m], origin[m], none[m]))
            when = at + 61_200 + rng.integers(0, 7200, len(to))  # 17:00 to 19:00
            found.append(Movements(4, origin, what, lot, -units, when, to, none))
        return found

    def _purchase(self, day: int) -> list[Movements]:
        """Order from suppliers for the central DC; some deliver late, some short. Moves no stock today."""
        position = self._fresh_total(slice(0, self.skus), day) + self.on_order[0]
        sku = np.flatnonzero(self.ranged[0] & (position <= self.reorder_point[0]))
        if not len(sku):
            return []
        rng = stream(self.config.seed, "purchasing", day)
        units = (self.order_up_to[0] - position)[sku].astype(np.int64)
        lead = self.catalogue.supplier_lead_days[self.catalogue.supplier[sku]] + np.where(
            rng.random(len(sku)) < 0.15, rng.integers(1, 7, len(sku)), 0
        )
        units = np.where(rng.random(len(sku)) < 0.06, np.ceil(units * rng.uniform(0.5, 0.9, len(sku))), units).astype(
            np.int64
        )
        lot = self._lots_made[sku].copy()
        self._lots_made[sku] += 1
        if self._lots_made.max() >= self.lot_expiry.shape[1]:
            self.lot_expiry = np.concatenate([self.lot_expiry, np.zeros_like(self.lot_expiry)], axis=1)
        life = self.catalogue.shelf_life_days[sku]
        self.lot_expiry[sku, lot] = day + (life * rng.uniform(0.75, 0.97, len(sku))).astype(np.int32)
        reference = self._order_lines + np.arange(len(sku))
        self._order_lines += len(sku)
        self.on_order[0, sku] += units.astype(np.int32)
        dc, outside = np.zeros(len(sku), dtype=np.int64), np.full(len(sku), -1)
        for days in np.unique(lead):
            m = lead == days
            self.due[day + int(days)].append((dc[m], sku[m], lot[m], units[m], outside[m], reference[m]))
        return []

    def _fresh_total(self, window: slice, day: int) -> NDArray[np.int32]:
        """Units per row of a window of rows that may still be sold after ``day``."""
        lots, held = self.lot[window], self.quantity[window]
        sku = np.arange(window.start, window.stop) % self.skus
        return np.where(self.lot_expiry[sku[:, None], lots] > day, held, 0).sum(axis=1).astype(np.int32)


def assortment(config: ChainConfig, geo: Geography, catalogue: Catalogue) -> NDArray[np.bool_]:
    """Which location ranges which SKU: DCs all, stores 78 to 97 %, and what sells most nearly everywhere."""
    rng = stream(config.seed, "assortment")
    breadth = rng.uniform(0.78, 0.97, (len(geo.level), 1)).astype(np.float32)
    favour = np.argsort(np.argsort(catalogue.popularity)) / len(catalogue.popularity)
    chosen = rng.random((len(geo.level), len(catalogue.popularity)), dtype=np.float32) < breadth + (
        1 - breadth
    ) * favour.astype(np.float32)
    chosen[geo.level < 2] = True
    return chosen
