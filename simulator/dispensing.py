"""Prescriptions behind the orders: who prescribed, who reviewed and when, and what now and then goes wrong with it.

What goes wrong is conduct, not a data fault: it happens in an honest chain too, and truth tables name each case.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.catalogue import Catalogue
from simulator.clock import DAY_SECONDS, local_day, utc
from simulator.config import ChainConfig
from simulator.demand import Demand
from simulator.documents import OrderBook, labels
from simulator.forbidden_sales import banned_online, sell_codes_twice
from simulator.geography import Geography
from simulator.people import People
from simulator.prescription_post import PrescriptionPost
from simulator.staff import LAPSED, SPECIALITIES, Staff, doctor_ids, pharmacist_ids
from simulator.streams import stream
from simulator.violations import BROKEN_LINKS, KIND, LINKS, VIOLATIONS

Ints = NDArray[np.int64]
_RATE = 0.006
_USED_TWICE = 0.025  # of the chances: two orders of one store and day for the same product
_SENT_WHEN_ISSUED = 0.15
_REFUSED_AT_FIRST = 0.05
_REPORTED_BY_SOURCE = 0.08
_SOURCES = ["internet_hospital", "clinic", "in_store"]
_HOSPITALS = ["安康互联网医院", "仁和诊所", "社区卫生服务中心"]
_REASONS = ["dose_unclear", "diagnosis_missing", "interaction"]


@dataclass
class _Orders:
    """Dispensed orders with prescription-only goods: place in the book, and when and where the goods left."""

    place: Ints
    location: Ints
    left_at: Ints
    reviewed_at: Ints
    kind: Ints


@dataclass
class Dispensary:
    """Writes the prescriptions of each block and day; their versions wait in ``post`` until they are sent."""

    config: ChainConfig
    geo: Geography
    catalogue: Catalogue
    people: People
    staff: Staff
    post: PrescriptionPost = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing to send."""
        self.post = PrescriptionPost(self.config)

    def dispense(self, day: int, block: int, book: OrderBook, demand: Demand) -> dict[str, pl.DataFrame]:
        """Put prescriptions, trace codes and pharmacists on the orders of a book; return rows of truth tables.

        ``prescription_lines``: every line of a prescription-only product whose goods left, with what is wrong with it
        and which links of the chain hold (null = the feeds cannot tell). ``codes_sold_twice``: both lines of each code.
        ``banned_online``: lines of what may not be sold online.
        """
        rng = stream(self.config.seed, "dispensing", day, block)
        self._rota(book, demand)
        orders = self._choose(book, demand, rng)
        sales = book.sales
        kind = np.zeros(len(demand.store), dtype=np.int64)
        kind[orders.place] = orders.kind
        prescribed = self._prescribe(book, demand, orders, rng)
        used, used_ids = self._use_twice(day, block, book, orders, prescribed)
        swapped, twice = sell_codes_twice(self.config, day, block, book, kind != KIND["pack_not_scanned"])
        first = _first_lines(book, self.catalogue.is_rx)
        unscanned = np.isin(np.arange(len(sales.order)), first[kind == KIND["pack_not_scanned"]])
        own = book.lines["prescription_id"]
        borrowed = pl.Series([None] * len(demand.store), dtype=pl.String).scatter(pl.Series(used), used_ids)
        of_line = borrowed.gather(pl.Series(sales.order))
        replaced = pl.Series([None] * len(own), dtype=pl.String).scatter(swapped["place"], swapped["code"])
        codes = pl.col("trace_codes")
        book.lines = book.lines.with_columns(
            pl.when(pl.Series(unscanned))
            .then(codes.list.head(codes.list.len() - 1))
            .when(replaced.is_not_null())
            .then(pl.concat_list(replaced, codes.list.slice(1)))
            .otherwise(codes)
            .alias("trace_codes"),
            pl.when(pl.Series(kind[sales.order] == KIND["no_prescription"]))
            .then(pl.lit(None, dtype=pl.String))
            .when(own.is_not_null())
            .then(pl.coalesce(of_line, own))
            .alias("prescription_id"),
        )
        unsent = np.isin(orders.kind, [KIND["no_prescription"], KIND["never_sent"]]) | np.isin(orders.place, used)
        self.post.queue(day, prescribed.filter(pl.Series(~unsent)))
        return {
            "prescription_lines": self._truth_lines(book, orders, prescribed, used),
            "codes_sold_twice": twice,
            "banned_online": banned_online(self.catalogue, book, demand),
        }

    def _rota(self, book: OrderBook, demand: Demand) -> None:
        """Guidance comes from whoever is on duty when it is sent."""
        sent = book.frame["guidance_sent_at"].to_numpy()
        guide = self.staff.on_duty(demand.fulfilling, sent)
        book.frame = book.frame.with_columns(
            pharmacist_ids(self.geo, demand.fulfilling, guide).alias("guidance_pharmacist_id")
        )

    def _choose(self, book: OrderBook, demand: Demand, rng: np.random.Generator) -> _Orders:
        """Orders that need a prescription and whose goods left, each with what is wrong with it."""
        journey, sales = book.journey, book.sales
        n = len(demand.store)
        is_rx = self.catalogue.is_rx[sales.sku]
        rx_lines = np.bincount(sales.order, is_rx, n)
        left = np.where(journey.handed_over_at > 0, journey.handed_over_at, journey.delivered_at)
        place = np.flatnonzero((rx_lines > 0) & (left > 0) & (journey.reviewed_at > 0))
        draw = rng.random(len(place))
        kinds = np.arange(1, KIND["used_twice"])
        kind = np.where(draw < _RATE * len(kinds), kinds[(draw / _RATE).astype(np.int64) % len(kinds)], 0)
        # Of a product on a single line one pack more than prescribed can be dispensed.
        single = np.zeros(n, dtype=bool)
        rx_units = np.bincount(sales.order, sales.units * is_rx, n)
        single[place] = (rx_lines[place] == 1) & (rx_units[place] > 1)
        kind = np.where((kind == KIND["too_few_packs"]) & ~single[place], KIND["other_product"], kind)
        return _Orders(place, demand.fulfilling[place], left[place], journey.reviewed_at[place], kind)

    def _prescribe(self, book: OrderBook, demand: Demand, orders: _Orders, rng: np.random.Generator) -> pl.DataFrame:
        """One row per prescription, all that is known of it in the end."""
        place, kind, left = orders.place, orders.kind, orders.left_at
        n = len(place)
        online = demand.mode[place] > 0
        ahead = np.where(online, rng.integers(300, 3600, n), rng.integers(1800, 2 * DAY_SECONDS, n))
        issued = demand.placed_at[place] - ahead - np.where(kind == KIND["expired"], 3 * DAY_SECONDS, 0)
        left_day = local_day(self.config, left)
        until = np.maximum(local_day(self.config, issued) + rng.integers(0, 3, n), left_day)
        until = np.where(kind == KIND["expired"], left_day - 1, until)
        too_late = kind == KIND["approved_too_late"]
        reviewed = np.where(too_late, left + rng.integers(600, 7200, n), orders.reviewed_at)
        duty = self.staff.on_duty(orders.location, reviewed)
        other = duty % 3 + 1
        reviewer = np.select(
            [kind == KIND["pharmacist_not_licensed"], kind == KIND["pharmacist_off_duty"]],
            [LAPSED, other],
            duty,
        )
        first = _first_lines(book, self.catalogue.is_rx)[place]
        doctor = self._doctors(kind, book.sales.sku[first], rng)
        updated = np.maximum(left, reviewed) + rng.integers(20, 400, n)
        by_source = online & (kind == 0) & (rng.random(n) < _REPORTED_BY_SOURCE)
        reported = np.where(by_source, updated + rng.integers(3600, 2 * DAY_SECONDS, n), 0)
        person = np.maximum(demand.person[place], 0)
        known = demand.person[place] >= 0
        source = np.where(online, 0, rng.integers(1, 3, n))
        patient = pl.DataFrame(
            {
                "member_card": identifiers.member_cards(person),
                "phone": identifiers.phones(self.people.household_head[person]),
                "unionid": identifiers.unionids(person),
                "name": identifiers.names(person),
            }
        )
        member = known & self.people.is_member[person]
        wechat = known & self.people.has_wechat[person] & online
        masks = {"member_card": member, "phone": known, "unionid": wechat, "name": known}
        return pl.DataFrame(
            {
                "row": place,
                "prescription_id": "RX" + book.order_ids.gather(pl.Series(place)).str.slice(1),
                "kind": kind,
                "source": labels(_SOURCES, source),
                "hospital": labels(_HOSPITALS, source),
                "doctor": doctor,
                "doctor_id": doctor_ids(doctor),
                "issued_at": issued,
                "until": until,
                "refused_first": (rng.random(n) < _REFUSED_AT_FIRST) & ~np.isin(kind, [KIND["never_approved"]]),
                "reason": labels(_REASONS, rng.integers(0, 3, n)),
                "pharmacist_id": pharmacist_ids(self.geo, orders.location, reviewer),
                "reviewed_at": reviewed,
                "dispensed_at": left,
                "reported_at": reported,
                "updated_at": updated,
                "placed_at": demand.placed_at[place],
                "items": self._items(book, place, kind),
                "sent_early": rng.random(n) < _SENT_WHEN_ISSUED,
                **{
                    name: patient.select(pl.when(pl.Series(mask)).then(name).alias(name))[name]
                    for name, mask in masks.items()
                },
            }
        )

    def _doctors(self, kind: Ints, sku: Ints, rng: np.random.Generator) -> Ints:
        """A general practitioner, sometimes the specialist of the product's class, and who should not have signed."""
        n = len(kind)
        matches = self._in_scope(sku)
        draw = rng.integers(0, self.staff.general, n)
        wrong = np.argmin(matches, axis=1) + self.staff.general
        return np.select(
            [kind == KIND["doctor_not_licensed"], kind == KIND["doctor_out_of_scope"]],
            [self.staff.lapsed_doctor, wrong],
            draw,
        )

    def _in_scope(self, sku: Ints) -> NDArray[np.bool_]:
        """Whether each specialist may prescribe each product, shape ``(products, specialities)``."""
        codes = self.catalogue.table["atc_code"].fill_null("")
        by_sku = np.stack(
            [np.any([codes.str.starts_with(p).to_numpy() for p in prefixes], axis=0) for prefixes in SPECIALITIES],
            axis=1,
        )
        return by_sku[sku]

    def _items(self, book: OrderBook, place: Ints, kind: Ints) -> pl.Series:
        """Products and packs on each prescription: what was dispensed, unless something is wrong with that."""
        sales = book.sales
        by_order = np.zeros(len(book.order_ids), dtype=np.int64)
        by_order[place] = kind
        wanted = np.flatnonzero(self.catalogue.is_rx[sales.sku] & np.isin(sales.order, place))
        order, sku = sales.order[wanted], sales.sku[wanted].copy()
        units = sales.units[wanted] - (by_order[order] == KIND["too_few_packs"])
        first = sales.sku[_first_lines(book, self.catalogue.is_rx)]
        prescribable = np.flatnonzero(self.catalogue.is_rx)
        swapped = (by_order[order] == KIND["other_product"]) & (sku == first[order])
        for number in np.unique(order[swapped]).tolist():
            # Another product that the order does not hold.
            free = np.setdiff1d(prescribable, sku[order == number])
            sku[swapped & (order == number)] = free[number % len(free)]
        rows = (
            pl.DataFrame({"order": order, "sku": sku, "quantity": units})
            .group_by("order", "sku", maintain_order=True)
            .agg(pl.col("quantity").sum())
        )
        lists = (
            rows.with_columns(self.catalogue.ids.gather(rows["sku"]).alias("sku_id"))
            .group_by("order", maintain_order=True)
            .agg(pl.struct("sku_id", "quantity").alias("items"))
        )
        return pl.DataFrame({"order": place}).join(lists, on="order", how="left", maintain_order="left")["items"]

    def _use_twice(
        self, day: int, block: int, book: OrderBook, orders: _Orders, prescribed: pl.DataFrame
    ) -> tuple[Ints, list[str]]:
        """Orders (places in the book) that are dispensed on the prescription of an order before them, and its id."""
        rng = stream(self.config.seed, "prescriptions used twice", day, block)
        lines = np.bincount(book.sales.order, self.catalogue.is_rx[book.sales.sku], len(book.order_ids))
        sku = book.sales.sku[_first_lines(book, self.catalogue.is_rx)][orders.place]
        able = np.flatnonzero((orders.kind == 0) & (lines[orders.place] == 1))
        turn = able[np.lexsort((orders.left_at[able], sku[able], orders.location[able]))]
        lured = rng.random(len(turn)) < _USED_TWICE
        until = prescribed["until"].to_numpy()
        places: list[int] = []
        ids: list[str] = []
        taken: set[int] = set()
        for before, after, is_lured in zip(turn[:-1].tolist(), turn[1:].tolist(), lured[1:].tolist(), strict=True):
            same = orders.location[before] == orders.location[after] and sku[before] == sku[after]
            later = orders.left_at[before] < orders.left_at[after]
            still_valid = until[before] >= local_day(self.config, orders.left_at[after : after + 1])[0]
            if is_lured and same and later and still_valid and before not in taken:
                taken.add(after)
                places.append(int(orders.place[after]))
                ids.append(prescribed["prescription_id"][before])
        return np.array(places, dtype=np.int64), ids

    def _truth_lines(self, book: OrderBook, orders: _Orders, prescribed: pl.DataFrame, used: Ints) -> pl.DataFrame:
        """What is true of each line of a prescription-only product whose goods left."""
        sales = book.sales
        n = len(book.order_ids)
        kind = np.zeros(n, dtype=np.int64)
        kind[orders.place] = orders.kind
        kind[used] = KIND["used_twice"]
        row = np.full(n, -1)
        row[orders.place] = np.arange(len(orders.place))
        lines = np.flatnonzero(self.catalogue.is_rx[sales.sku] & (row[sales.order] >= 0))
        of_order = row[sales.order[lines]]
        what = kind[sales.order[lines]]
        first = _first_lines(book, self.catalogue.is_rx)[sales.order[lines]]
        specialist = prescribed["doctor"].to_numpy()[of_order] - self.staff.general
        scopes = self._in_scope(sales.sku[lines])
        in_scope = scopes[np.arange(len(lines)), np.clip(specialist, 0, len(SPECIALITIES) - 1)]
        is_bound = (specialist >= 0) & (specialist < len(SPECIALITIES))
        concerned = np.select(
            [
                what == KIND["other_product"],
                what == KIND["pack_not_scanned"],
                what == KIND["doctor_out_of_scope"],
            ],
            [sales.sku[lines] == sales.sku[first], lines == first, is_bound & ~in_scope],
            True,
        )
        what = np.where(concerned, what, 0)
        links: dict[str, list[bool | None]] = {}
        fate = book.journey.fate[sales.order[lines]]
        for link in LINKS:
            by_kind = [BROKEN_LINKS.get(name, {}).get(link, True) for name in VIOLATIONS]
            links[link] = [by_kind[code] for code in what]
        links["is_doctor_in_scope"] = [
            False if code == KIND["doctor_out_of_scope"] else link
            for code, link in zip(what, links["is_doctor_in_scope"], strict=True)
        ]
        # Lost on the way, and never heard of again.
        links["is_delivery_traced"] = [
            False if lost else None if silent and link else link
            for lost, silent, link in zip(fate == 5, fate == 3, links["is_delivery_traced"], strict=True)
        ]
        return pl.DataFrame(
            {
                "order_id": book.order_ids.gather(pl.Series(sales.order[lines])),
                "line_number": sales.number[lines],
                "violation": labels(VIOLATIONS, what),
                "dispensed_at": orders.left_at[of_order],
                **{name: pl.Series(values, dtype=pl.Boolean) for name, values in links.items()},
            }
        ).with_columns(utc("dispensed_at"))


def _first_lines(book: OrderBook, is_rx: NDArray[np.bool_]) -> Ints:
    """Place of the first prescription-only line of each order, -1 without one."""
    first = np.full(len(book.order_ids), -1)
    lines = np.flatnonzero(is_rx[book.sales.sku])[::-1]
    first[book.sales.order[lines]] = lines
    return first
