"""Stock and its flow: lots at every location, first-expired-first-out, reorders from store to DC to supplier.

What is really there decides what can be sold; what the books say decides what is ordered.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.config import ChainConfig
from simulator.decisions import RanLow
from simulator.geography import Geography
from simulator.phantoms import Phantoms, Vanished
from simulator.purchasing import PurchaseLines, Suppliers, receipt_second
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
    lot_cost_fen: NDArray[np.int64] = field(init=False)  # (SKUs, lots)
    reorder_point: NDArray[np.int32] = field(init=False)
    order_up_to: NDArray[np.int32] = field(init=False)
    shelf_capacity: NDArray[np.int32] = field(init=False)  # 0 = no shelf (DCs, what is not ranged)
    on_order: NDArray[np.int32] = field(init=False)
    due: dict[int, list[tuple[Ints, ...]]] = field(
        init=False
    )  # day -> (location, sku, lot, quantity, source, reference, quantity no longer on order once it is here)
    suppliers: Suppliers = field(init=False)
    phantoms: Phantoms = field(init=False)
    ordered: PurchaseLines | None = field(init=False, default=None)  # from suppliers this evening
    ran_low: list[RanLow] = field(init=False, default_factory=list)  # this evening
    _given_up: dict[int, list[tuple[Ints, Ints]]] = field(init=False)  # day -> (sku, units that will never come)
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
        room = stream(self.config.seed, "shelf space").uniform(1.1, 2.2, (locations, skus))
        has_shelf = self.ranged & (level[:, None] == 2)
        self.shelf_capacity = np.where(has_shelf, np.ceil(self.order_up_to * room), 0).astype(np.int32)
        self.on_order = np.zeros((locations, skus), dtype=np.int32)
        self.due, self._given_up = defaultdict(list), defaultdict(list)
        self.suppliers = Suppliers(self.config, self.catalogue)
        self.phantoms = Phantoms(self.config, self.geo, self.catalogue, np.where(self.ranged, self.mean_units, 0))
        self._lots_made = np.full(skus, 4, dtype=np.int64)
        life = self.catalogue.shelf_life_days[:, None]
        self.lot_expiry = np.zeros((skus, 64), dtype=np.int32)
        # Lot 0 is short-dated on some SKUs, so that goods do expire; the others are fresh.
        short = rng.random(skus) < 0.35
        self.lot_expiry[:, 0] = np.where(short, rng.integers(1, 45, skus), life[:, 0] * rng.uniform(0.3, 0.6, skus))
        self.lot_expiry[:, 1:4] = (life * np.sort(rng.uniform(0.5, 0.95, (skus, 3)), axis=1)).astype(np.int32)
        self.lot_cost_fen = np.repeat(self.catalogue.cost_fen[:, None], 64, axis=1)
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
        """Units really there of each row (location x SKU), of lots that are not past their last day on ``day``."""
        fresh = self.lot_expiry[(rows % self.skus)[:, None], self.lot[rows]] >= day
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
        """Write off lots three to six days after their last day; find what was broken or miscounted; count."""
        rng = stream(self.config.seed, "shrinkage", day)
        found: list[Movements] = []
        row, slot = np.nonzero(self.quantity)
        sku, lot, held = (
            row % self.skus,
            self.lot[row, slot].astype(np.int64),
            self.quantity[row, slot].astype(np.int64),
        )
        location = row // self.skus
        expired = self._is_cleared(location, sku, lot, day)
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
        return found + self._count(day, at)

    def _is_cleared(self, location: Ints, sku: Ints, lot: Ints, day: int) -> NDArray[np.bool_]:
        """Whether a lot is written off on a day: each location clears its shelves on its own rhythm of four days."""
        return (self.lot_expiry[sku, lot] + 3 <= day) & ((location + day) % 4 == 0)

    def vanish(self, day: int, block: int, at: int) -> Vanished:
        """Let packs of one block of stores vanish once the day's customers have been served."""
        return self.phantoms.lose(day, block, at, self.quantity, self.lot)

    def _count(self, day: int, at: int) -> list[Movements]:
        """Adjust the books where a count, or the clearing of an expired lot, finds less than they say."""
        missing = self.phantoms.open
        location, sku = missing.row // self.skus, missing.row % self.skus
        is_counted = (missing.count_day <= day) | self._is_cleared(location, sku, missing.lot, day)
        if not is_counted.any():
            return []
        rng = stream(self.config.seed, "stock count", day)
        when = at + 6 * 3600 + rng.integers(0, 5400, int(is_counted.sum()))
        found = self.phantoms.count(is_counted, when)
        none = np.full(len(found.row), -1)
        return [Movements(6, found.row // self.skus, found.row % self.skus, found.lot, -found.units, when, none, none)]

    def evening(self, day: int, at: int) -> list[Movements]:
        """Order anew, then receive what is due today; what is received can be sold or shipped from tomorrow on."""
        self.ran_low, self.ordered = [], None
        shipped = self._ship(day, at)
        self._purchase(day)
        for sku, units in self._given_up.pop(day, []):
            self.on_order[0, sku] -= units.astype(np.int32)
        return shipped + self._receive(day, at)

    def _receive(self, day: int, at: int) -> list[Movements]:
        batches = self.due.pop(day, [])
        if not batches:
            return []
        location, sku, lot, units, source, reference, settled = (
            np.concatenate(parts) for parts in zip(*batches, strict=True)
        )
        rows = location * self.skus + sku
        placed = np.zeros(len(rows), dtype=bool)
        # Several batches for one row in one day go round by round. Where no slot is free, what a DC sends waits until
        # tomorrow; what a supplier sends turns out to be of the freshest lot that is here already.
        pending = np.arange(len(rows))
        for _ in range(SLOTS):
            _, once = np.unique(rows[pending], return_index=True)
            now = pending[once]
            same = (self.lot[rows[now]] == lot[now][:, None]) & (self.quantity[rows[now]] > 0)
            free = self.quantity[rows[now]] == 0
            slot = np.where(same.any(axis=1), same.argmax(axis=1), free.argmax(axis=1))
            full = ~same.any(axis=1) & ~free.any(axis=1) & (source[now] < 0)
            freshest = self.lot_expiry[sku[now][:, None], self.lot[rows[now]]].argmax(axis=1)
            slot = np.where(full, freshest, slot)
            lot[now] = np.where(full, self.lot[rows[now], slot], lot[now])
            fits = same.any(axis=1) | free.any(axis=1) | full
            hit, where = now[fits], slot[fits]
            self.quantity[rows[hit], where] += units[hit].astype(np.int32)
            self.lot[rows[hit], where] = lot[hit]
            placed[hit] = True
            pending = np.setdiff1d(pending, now)
            if not len(pending):
                break
        np.subtract.at(self.on_order, (location[placed], sku[placed]), settled[placed].astype(np.int32))
        wait = ~placed
        if wait.any():
            self.due[day + 1].append(
                (location[wait], sku[wait], lot[wait], units[wait], source[wait], reference[wait], settled[wait])
            )
        rng = stream(self.config.seed, "receipts", day)
        when = at + np.where(source < 0, receipt_second(reference), 73_800 + rng.integers(0, 7200, len(rows)))
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
            booked = self._fresh_total(window, day) + self.phantoms.missing[window]
            position = booked.reshape(last - first, self.skus) + self.on_order[first:last]
            short = self.ranged[first:last] & (position <= self.reorder_point[first:last])
            store, sku = np.nonzero(short)
            wanted = (self.order_up_to[first:last] - position)[store, sku].astype(np.int64)
            store = store + first
            source = self.geo.parent[store].astype(np.int64)
            rng = stream(self.config.seed, "shipping", day, level)
            turn = rng.permutation(len(store))
            store, sku, wanted, source = store[turn], sku[turn], wanted[turn], source[turn]
            self.ran_low.append(RanLow(store.astype(np.int64), sku, wanted))
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
                self.due[day + int(days)].append((to[m], what[m], lot[m], units[m], origin[m], none[m], units[m]))
            when = at + 61_200 + rng.integers(0, 7200, len(to))  # 17:00 to 19:00
            found.append(Movements(4, origin, what, lot, -units, when, to, none))
        return found

    def _purchase(self, day: int) -> None:
        """Order from suppliers for the central DC. Moves no stock today."""
        position = self._fresh_total(slice(0, self.skus), day) + self.on_order[0]
        sku = np.flatnonzero(self.ranged[0] & (position <= self.reorder_point[0]))
        if not len(sku):
            return
        wanted = (self.order_up_to[0] - position)[sku].astype(np.int64)
        self.ran_low.append(RanLow(np.zeros(len(sku), dtype=np.int64), sku, wanted))
        lines = self.ordered = self.suppliers.order(day, sku, wanted, self._order_lines)
        self._order_lines += len(sku)
        self.on_order[0, sku] += lines.ordered.astype(np.int32)
        for cancel_day in np.unique(lines.cancel_day[lines.received == 0]):
            m = (lines.received == 0) & (lines.cancel_day == cancel_day)
            self._given_up[int(cancel_day)].append((sku[m], lines.ordered[m]))
        lines = lines.part(lines.received > 0)
        lot = self._new_lots(day, lines)
        dc, outside = np.zeros(len(lot), dtype=np.int64), np.full(len(lot), -1)
        for receipt_day in np.unique(lines.receipt_day):
            m = lines.receipt_day == receipt_day
            self.due[int(receipt_day)].append(
                (dc[m], lines.sku[m], lot[m], lines.received[m], outside[m], lines.reference[m], lines.ordered[m])
            )

    def _new_lots(self, day: int, lines: PurchaseLines) -> Ints:
        """A fresh lot for each line, at the price of the line."""
        sku = lines.sku
        lot = self._lots_made[sku].copy()
        self._lots_made[sku] += 1
        if self._lots_made.max() >= self.lot_expiry.shape[1]:
            self.lot_expiry = np.concatenate([self.lot_expiry, np.zeros_like(self.lot_expiry)], axis=1)
            self.lot_cost_fen = np.concatenate([self.lot_cost_fen, np.zeros_like(self.lot_cost_fen)], axis=1)
        rng = stream(self.config.seed, "new lots", day)
        life = self.catalogue.shelf_life_days[sku]
        self.lot_expiry[sku, lot] = day + (life * rng.uniform(0.75, 0.97, len(sku))).astype(np.int32)
        self.lot_cost_fen[sku, lot] = lines.price_fen
        return lot

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
