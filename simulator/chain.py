"""The simulation, day by day: morning at the depots, the day in the stores, the evening's orders, the night's post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from simulator.billing import Sales, make_bills
from simulator.boxes import DeliveryBoxes
from simulator.catalogue import build_catalogue
from simulator.clock import midnight
from simulator.config import ChainConfig
from simulator.contents import Contents
from simulator.customer_records import CustomerRecords
from simulator.decisions import RanLow, decision_records
from simulator.delivery import delay_causes, draw_fates, draw_journeys
from simulator.demand import Demand, draw_demand, expected_units
from simulator.dispensing import Dispensary
from simulator.documents import OrderBook
from simulator.forbidden_sales import sell_banned_online
from simulator.gatherings import visit_truth
from simulator.geography import build_geography
from simulator.ledger import ledger_rows, serial_ids
from simulator.people import build_people
from simulator.posting import NightPost
from simulator.purchasing import PurchaseOrderBook
from simulator.reference import Reference
from simulator.routing import Taken, routing_truth
from simulator.seasons import promoted_skus, rain
from simulator.sensors import SensorField, ShelfDay, best_sellers
from simulator.staff import Staff
from simulator.streams import stream
from simulator.substitutions import asked_for
from simulator.supply import Movements, Supply, assortment
from simulator.truth import Truth
from simulator.versions import versions_of
from simulator.writers import Landing

#: Days before the first written one from which documents are made: refunds wait up to 11 days, re-sent copies up to 8.
_WARM_UP_DAYS = 24
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What a simulation wrote."""

    landing: Path
    truth: Path
    days: int
    orders: int
    movements: int
    readings: int
    files: int
    bytes: int


class Chain:
    """A running chain. Call :meth:`run_day` for each day in order."""

    def __init__(self, config: ChainConfig, landing: Path, truth: Path, first_written_day: int = 0) -> None:
        self.config = config
        self.first_written_day = first_written_day
        self.geo = build_geography(config)
        self.catalogue = build_catalogue(config)
        self.people = build_people(config, self.geo, self.catalogue)
        ranged = assortment(config, self.geo, self.catalogue)
        self.supply = Supply(
            config, self.geo, self.catalogue, ranged, expected_units(config, self.geo, self.catalogue, ranged)
        )
        self.sensors = SensorField(config, self.geo, best_sellers(self.geo, ranged, self.supply.mean_units))
        self.boxes = DeliveryBoxes(config, self.geo)
        self.customers = CustomerRecords(config, self.geo, self.people)
        self.landing, self.truth = Landing(landing), Truth(truth)
        self.reference = Reference(
            config, self.geo, self.catalogue, self.supply, self.sensors, self.customers.communities, self.landing
        )
        self.post = NightPost(config, self.landing, self.truth, first_written_day)
        self.purchase_orders = PurchaseOrderBook(config, self.geo, self.catalogue)
        self.staff = Staff(config, self.geo)
        self.contents = Contents(config, self.geo, self.catalogue)
        self.dispensary = Dispensary(config, self.geo, self.catalogue, self.people, self.staff)
        self._ran_low: list[RanLow] = []
        self._serial = 0

    def run_day(self, day: int) -> None:
        """Simulate one day; write what arrives on it if it is to be written."""
        write = day >= self.first_written_day
        prepare = day >= self.first_written_day - _WARM_UP_DAYS
        start = midnight(self.config, day)
        self._serial = 0
        self.reference.morning(day, write)
        if day == self.first_written_day:
            self.customers.tell_who_they_are(self.truth)
        overnight = self.supply.morning(day, start)
        if prepare:
            self._book(day, overnight)
        troubled = self.sensors.follow(day)
        wet = rain(self.config, day)
        for block, (first, last) in enumerate(self.geo.blocks()):
            shelves = self.sensors.shelf_rows(first, last, self.supply.skus)
            before = self.supply.sellable(shelves, day)
            self._trade(day, block, wet, prepare)
            vanished = self.supply.vanish(day, block, start)
            if prepare:
                self.post.deliver_orders(day, block, write)
                shelf = ShelfDay(shelves, before, self.supply.sellable(shelves, day), vanished)
                self._post_readings(day, block, first, last, troubled, shelf, write)
                self.post.tell_faults(write)
        # An offer may be answered six weeks later, longer than a chain warms up.
        self.customers.offers.show(day)
        arrived = self.supply.evening(day, start)
        self._post_paperwork(day, write)
        if prepare:
            self._book(day, arrived)
            for block, (first, last) in enumerate(self.geo.blocks()):
                if day == 0:
                    self._book(day, [self.supply.opening(0 if block == 0 else first, last, start)])
                self.post.deliver_movements(day, block, write)
                self.post.tell_faults(write)
            self.customers.send(day, self.post, write)
            self.post.tell_faults(write)
        if write:
            self.truth.close_day(self.config.day(day))

    def close(self, last_day: int) -> Outcome:
        """Write what is one file over all days."""
        self.truth.write("excursions", self.sensors.excursion_table(last_day))
        self.truth.write("sensor_faults", self.sensors.fault_table(last_day))
        self.truth.write("phantom_stock", self.supply.phantoms.table())
        self.truth.write("supplier_habits", self.supply.suppliers.table())
        return Outcome(
            self.landing.root,
            self.truth.root,
            last_day + 1 - self.first_written_day,
            self.post.orders,
            self.post.movements,
            self.post.readings,
            self.landing.files,
            self.landing.bytes,
        )

    def _trade(self, day: int, block: int, wet: np.ndarray, prepare: bool) -> None:
        """One day in one block of stores: demand meets stock, orders run their course, versions are queued."""
        demand = draw_demand(self.config, self.geo, self.catalogue, self.people, self.supply.ranged, day, block, wet)
        rng = stream(self.config.seed, "trade", day, block)
        fate = draw_fates(demand, rng)
        wanted_by = fate[demand.line_order]
        served = (wanted_by != 1) & (wanted_by != 2)
        request = np.flatnonzero(served)
        location, sku = demand.fulfilling[demand.line_order], demand.line_sku
        on_shelves = self.supply.sellable(np.arange(*(self.supply.skus * n for n in self.geo.blocks()[block])), day)
        taken, lots = self.supply.take(
            location[request] * self.supply.skus + sku[request], demand.line_units[request], day + 1
        )
        sold = np.zeros(len(sku), dtype=np.int64)
        sold[request] = taken.sum(axis=1)
        if not prepare:
            return
        if day >= self.first_written_day:
            self._note_demand(day, location, sku, np.where(wanted_by == 1, 0, demand.line_units), sold)
        hit, slot = np.nonzero(taken)
        other = np.flatnonzero(~served)
        line = np.concatenate([request[hit], other])
        units = np.concatenate([taken[hit, slot], demand.line_units[other]])
        lot = np.concatenate([lots[hit, slot], np.full(len(other), -1)])
        turn = np.lexsort((lot, line))
        line, units, lot = line[turn], units[turn], lot[turn]
        order = demand.line_order[line]
        # Who finds nothing of what was wanted goes without an order.
        alive = np.flatnonzero(np.bincount(order, minlength=len(demand.store)) > 0)
        place = np.full(len(demand.store), -1)
        place[alive] = np.arange(len(alive))
        order = place[order]
        kept = Demand(
            demand.store[alive],
            demand.fulfilling[alive],
            demand.channel[alive],
            demand.mode[alive],
            demand.person[alive],
            demand.placed_at[alive],
            demand.rain[alive],
            order,
            demand.line_sku[line],
            units,
        )
        number = np.arange(len(order)) - np.searchsorted(order, order) + 1
        price = self.reference.price_fen[kept.line_sku]
        off = promoted_skus(self.config, day, self.supply.skus)[kept.line_sku]
        sales = Sales(
            order,
            number,
            kept.line_sku,
            units,
            lot,
            price,
            np.round(price * units * off, -1).astype(np.int64),
            np.where(lot >= 0, self.supply.lot_cost_fen[kept.line_sku, lot], self.catalogue.cost_fen[kept.line_sku]),
        )
        kept = sell_banned_online(self.config, self.catalogue, self.people, kept, day, block)
        kept, brought = self.customers.gatherings.look_in(self.catalogue, kept, day, block)
        is_rx = np.bincount(order, self.catalogue.is_rx[kept.line_sku], len(alive)) > 0
        journey = draw_journeys(kept, fate[alive], is_rx, self.geo, rng)
        bill = make_bills(kept, journey, sales, self.catalogue, rng)
        wanted = asked_for(self.config, self.supply, self.catalogue, day, block, kept, sales)
        book = OrderBook(
            self.config, self.geo, self.catalogue, self.people, day, block, kept, journey, sales, bill, wanted, rng
        )
        told = self.dispensary.dispense(day, block, book, kept)
        told["event_visits"] = visit_truth(book, brought)
        told["box_mishaps"] = self.boxes.ride(day, block, book.frame)
        if day >= self.first_written_day:
            gone = Taken(location[request], sku[request], demand.line_order[request], sold[request])
            told["order_routing"] = routing_truth(
                self.geo, self.supply, block, on_shelves, gone, demand.placed_at, kept, book
            )
            for table, rows in told.items():
                self.truth.add(table, rows)
        for due, version in versions_of(self.config, day, book, kept, rng):
            self.post.await_version(due, block, version)
        self._move_sold(book, kept)
        self.customers.hear_of(day, block, book)
        if day >= self.first_written_day:
            self.truth.add("procedure_breaches", book.breaches)
            self.truth.add("delay_causes", delay_causes(book.order_ids, kept, journey, self.geo))

    def _note_demand(
        self, day: int, location: np.ndarray, sku: np.ndarray, demanded: np.ndarray, sold: np.ndarray
    ) -> None:
        """Truth: units wanted, sold and lost per store and SKU. What customers cancel themselves is not demand."""
        rows = pl.DataFrame({"l": location, "s": sku, "demanded": demanded, "sold": sold}).filter(
            pl.col("demanded") > 0
        )
        table = rows.group_by("l", "s").sum().sort("l", "s")
        self.truth.add(
            "demand",
            table.select(
                self.geo.ids.gather(table["l"]).alias("store_id"),
                self.catalogue.ids.gather(table["s"]).alias("sku_id"),
                pl.lit(self.config.day(day)).alias("day"),
                "demanded",
                "sold",
                (pl.col("demanded") - pl.col("sold")).alias("lost"),
            ),
        )

    def _move_sold(self, book: OrderBook, demand: Demand) -> None:
        """Goods leave the books when they are handed over; what a customer refuses comes back and is destroyed."""
        sales, handed = book.sales, book.journey.handed_over_at
        gone = np.flatnonzero((handed[sales.order] > 0) & (sales.lot >= 0))
        refused = gone[book.journey.fate[sales.order[gone]] == 4]
        for kind, lines, sign, at in (
            (2, gone, -1, handed),
            (3, refused, 1, book.journey.cancelled_at + 2400),
            (8, refused, -1, book.journey.cancelled_at + 4200),
        ):
            if not len(lines):
                continue
            order = sales.order[lines]
            none = np.full(len(lines), -1)
            moves = Movements(
                kind,
                demand.fulfilling[order],
                sales.sku[lines],
                sales.lot[lines],
                sign * sales.units[lines],
                at[order],
                none,
                none,
            )
            order_ids = book.order_ids.gather(pl.Series(order))
            ids = f"M{kind}" + order_ids.str.slice(1) + "-" + pl.Series(sales.number[lines]).cast(pl.String)
            self.post.await_movements(ledger_rows(self.supply, moves, ids, order_ids))

    def _book(self, day: int, batches: list[Movements]) -> None:
        for moves in batches:
            ids = serial_ids(moves.kind, day, self._serial, len(moves.sku))
            self._serial += len(moves.sku)
            self.post.await_movements(ledger_rows(self.supply, moves, ids))

    def _post_readings(
        self,
        day: int,
        block: int,
        first: int,
        last: int,
        troubled: tuple,
        shelf_day: ShelfDay,
        write: bool,
    ) -> None:
        # Readings wait for nothing but re-sent copies, which come within four days.
        if day < self.first_written_day - 5:
            return
        from_location = 0 if block == 0 else first
        climate = self.sensors.readings(day, from_location, last, troubled)
        shelf = self.sensors.shelf_counts(day, first, shelf_day, self.supply.skus)
        boxes = self.boxes.readings(day, block)
        self.post.deliver_readings(day, block, (("climate", climate), ("shelf", shelf), ("box", boxes)), write)

    def _post_paperwork(self, day: int, write: bool) -> None:
        """Paperwork of all kinds. From the first day on: a purchase-order line may be held back for many days."""
        if self.supply.ordered is not None:
            self.purchase_orders.add(self.supply.ordered)
        sent = self.purchase_orders.due(day)
        self.post.deliver_sent(day, "purchase_orders", "purchase_order_line_id", sent, write)
        written = self.contents.write(day)
        if write:
            self.truth.add("content_breaches", written)
        for feed, key, records in (
            ("prescriptions", "prescription_id", self.dispensary.post.due(day)),
            ("staff", "staff_record_id", self.staff.due(day)),
            ("content", "content_id", self.contents.due(day)),
        ):
            self.post.deliver_sent(day, feed, key, records, write)
        low = RanLow.joined(self._ran_low)
        rows, texts = decision_records(self.config, self.geo, self.catalogue, day, low)
        self.post.deliver_plain(day, "signal_decisions", "decision_id", rows, texts, write)
        self._ran_low = self.supply.ran_low
        self.post.tell_faults(write)


def simulate(
    config: ChainConfig,
    landing: Path | str,
    truth: Path | str,
    first_written_day: date | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Simulate a chain and write its landing files and truth.

    ``first_written_day``: simulate from ``config.start_day`` but write only what arrives from this day on; the files of
    a day are the same whether written in one run with the days before or in a later one. ``progress`` is called after
    each day with days done, days in all and records written. Raises ``ValueError`` if the day is outside the span.
    """
    first = 0 if first_written_day is None else (first_written_day - config.start_day) // timedelta(days=1)
    if not 0 <= first < config.days:
        raise ValueError(
            f"first written day {first_written_day} is not within {config.days} days from {config.start_day}"
        )
    chain = Chain(config, Path(landing), Path(truth), first)
    for day in range(config.days):
        chain.run_day(day)
        if progress:
            progress(day + 1, config.days, chain.post.orders + chain.post.movements + chain.post.readings)
    return chain.close(config.days - 1)
