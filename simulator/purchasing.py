"""Suppliers and what is ordered from them: how late, how short and how dear they deliver, and the documents of it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.clock import DAY_SECONDS, decimal_yuan, iso, midnight, utc, yuan
from simulator.config import ChainConfig
from simulator.geography import Geography
from simulator.streams import scramble, stream

Ints = NDArray[np.int64]
#: A supplier in trouble: chance to be late, longest delay in days, chance to send too little, chance to send nothing.
_TROUBLED = (0.65, 14, 0.35, 0.06)
_LONGEST_DELAY_DAYS = 7
_NOTHING_SENT = 0.02
_LOST_ON_THE_WAY = 0.03
_PRICE_LIST_DAYS = 14
_TIMES = ("ordered_at", "dispatched_at", "received_at", "cancelled_at")
_DAYS = ("promised_dispatch_on", "promised_receipt_on")


@dataclass(frozen=True)
class PurchaseLines:
    """Lines with all that becomes of them. ``..._at`` are seconds, the others day numbers; 0 and -1 for "never"."""

    day: Ints
    reference: Ints  # number of the line, as stock movements name it
    sku: Ints
    supplier: Ints
    price_fen: Ints
    ordered: Ints
    ordered_at: Ints
    promised_dispatch_on: Ints
    promised_receipt_on: Ints
    dispatched: Ints
    dispatched_at: Ints
    dispatch_day: Ints
    received: Ints
    received_at: Ints
    receipt_day: Ints
    cancelled_at: Ints  # when what had not arrived was given up
    cancel_day: Ints

    @property
    def last_day(self) -> Ints:
        """Day on which all is known of a line: it came, or it was given up."""
        return np.where(self.receipt_day >= 0, self.receipt_day, self.cancel_day)

    def part(self, chosen: NDArray[np.bool_] | Ints) -> PurchaseLines:
        """The chosen lines, by mask or by place."""
        return PurchaseLines(*(getattr(self, column.name)[chosen] for column in fields(self)))

    def joined(self, more: PurchaseLines) -> PurchaseLines:
        """These lines and more of them."""
        return PurchaseLines(
            *(np.concatenate([getattr(self, column.name), getattr(more, column.name)]) for column in fields(self))
        )


@dataclass
class Suppliers:
    """How the suppliers behave: each in its own way, and one of the bigger ones gets into trouble at some point."""

    config: ChainConfig
    catalogue: Catalogue
    late: NDArray[np.float64] = field(init=False)
    short: NDArray[np.float64] = field(init=False)
    troubled: int = field(init=False)
    troubled_from: int = field(init=False)

    def __post_init__(self) -> None:
        """Draw habits."""
        rng = stream(self.config.seed, "supplier habits")
        count = len(self.catalogue.supplier_lead_days)
        self.late, self.short = rng.beta(2, 11, count), rng.beta(2, 30, count)
        self._transit = rng.integers(1, 3, count)
        self._monthly_drift = rng.normal(0.005, 0.008, count)
        weight = np.bincount(self.catalogue.supplier, self.catalogue.popularity, count)
        self.troubled = int(np.argsort(-weight, kind="stable")[rng.integers(0, 3)])
        self.troubled_from = int(rng.integers(18, 32))

    def price_fen(self, sku: Ints, day: int) -> Ints:
        """Price of one pack on a day: price lists hold for a fortnight, and each supplier drifts its own way."""
        months = day // _PRICE_LIST_DAYS * _PRICE_LIST_DAYS / 30
        index = np.exp(self._monthly_drift * months)[self.catalogue.supplier[sku]]
        return np.round(self.catalogue.cost_fen[sku] * index).astype(np.int64)

    def order(self, day: int, sku: Ints, wanted: Ints, first_reference: int) -> PurchaseLines:
        """Order at least what is wanted, in whole cases, and settle what will come of each line."""
        n = len(sku)
        rng = stream(self.config.seed, "purchasing", day)
        case, least = self.catalogue.case_packs[sku], self.catalogue.least_packs[sku]
        ordered = np.maximum(-(-wanted // case) * case, least)
        supplier = self.catalogue.supplier[sku].astype(np.int64)
        in_trouble = (supplier == self.troubled) & (day >= self.troubled_from)
        late = rng.random(n) < np.where(in_trouble, _TROUBLED[0], self.late[supplier])
        longest = np.where(in_trouble, _TROUBLED[1], _LONGEST_DELAY_DAYS)
        delay = np.where(late, 1 + (rng.random(n) * longest).astype(np.int64), 0)
        is_short = rng.random(n) < np.where(in_trouble, _TROUBLED[2], self.short[supplier])
        sent = np.where(is_short, np.ceil(ordered * rng.uniform(0.4, 0.9, n)), ordered).astype(np.int64)
        refused = rng.random(n) < np.where(in_trouble, _TROUBLED[3], _NOTHING_SENT)
        sent = np.where(refused, 0, sent)
        arrived = np.where((rng.random(n) < _LOST_ON_THE_WAY) & (sent > 4), sent - rng.integers(1, 3, n), sent)

        start = midnight(self.config, day)
        lead, transit = self.catalogue.supplier_lead_days[supplier].astype(np.int64), self._transit[supplier]
        receipt_day = day + lead + delay
        dispatch = start + (receipt_day - transit - day) * DAY_SECONDS + 36_000 + rng.integers(0, 25_200, n)
        reference = first_reference + np.arange(n)
        receipt = start + (receipt_day - day) * DAY_SECONDS + receipt_second(reference)
        given_up = start + (lead - transit) * DAY_SECONDS + 61_200 + rng.integers(0, 3600, n)
        return PurchaseLines(
            day=np.full(n, day),
            reference=reference,
            sku=sku,
            supplier=supplier,
            price_fen=self.price_fen(sku, day),
            ordered=ordered,
            ordered_at=start + 64_800 + rng.integers(0, 7200, n),
            promised_dispatch_on=day + lead - transit,
            promised_receipt_on=day + lead,
            dispatched=sent,
            dispatched_at=np.where(refused, 0, dispatch),
            dispatch_day=np.where(refused, -1, receipt_day - transit),
            received=arrived,
            received_at=np.where(refused, 0, receipt),
            receipt_day=np.where(refused, -1, receipt_day),
            cancelled_at=np.where(refused, given_up, np.where(arrived < ordered, receipt, 0)),
            cancel_day=np.where(refused, day + lead - transit, np.where(arrived < ordered, receipt_day, -1)),
        )

    def table(self) -> pl.DataFrame:
        """Truth: ``supplier_id, late_share, short_share, troubled_from`` (null for who never gets into trouble)."""
        turn: list[date | None] = [None] * len(self.late)
        turn[self.troubled] = self.config.day(self.troubled_from)
        return pl.DataFrame(
            {
                "supplier_id": self.catalogue.supplier_table["supplier_id"],
                "late_share": self.late,
                "short_share": self.short,
                "troubled_from": pl.Series(turn, dtype=pl.Date),
            }
        )


def receipt_second(reference: Ints) -> Ints:
    """Second of the day on which a line arrives, 20:30 to 22:30: the same in its document and in the stock ledger."""
    return 73_800 + (scramble(reference, 61) % np.uint64(7200)).astype(np.int64)


def line_ids(reference: Ints) -> pl.Series:
    """Ids of purchase-order lines: ``PO`` and eight digits."""
    return "PO" + pl.Series(reference + 10_000_000).cast(pl.String)


@dataclass(frozen=True)
class LineVersions:
    """Versions of some lines, all sent on one day."""

    rows: pl.DataFrame  # truth rows
    text: pl.Series
    older: pl.Series  # text of the version before, null = none
    newer_day: Ints  # day of the next version, -1 = none


@dataclass
class PurchaseOrderBook:
    """Lines that are not settled yet; each is sent when ordered (step 0), dispatched (1) and settled (2)."""

    config: ChainConfig
    geo: Geography
    catalogue: Catalogue
    _open: PurchaseLines | None = None

    def add(self, lines: PurchaseLines) -> None:
        """Take in lines that were ordered."""
        self._open = lines if self._open is None else self._open.joined(lines)

    def due(self, day: int) -> LineVersions | None:
        """Versions that are sent on a day, None if there are none; settled lines leave the book."""
        lines = self._open
        if lines is None:
            return None
        steps = [np.flatnonzero(days == day) for days in (lines.day, lines.dispatch_day, lines.last_day)]
        place, step = np.concatenate(steps), np.repeat(np.arange(3), [len(rows) for rows in steps])
        self._open = lines.part(lines.last_day > day)
        if not len(place):
            return None
        sent = lines.part(place)
        is_dispatched = sent.dispatch_day >= 0
        before = np.where((step == 2) & ~is_dispatched, 0, step - 1)
        flat, earlier = self._version(sent, step), self._version(sent, before)
        next_day = np.where((step == 0) & is_dispatched, sent.dispatch_day, sent.last_day)
        older = pl.select(pl.when(pl.Series(step > 0)).then(_texts(earlier))).to_series()
        return LineVersions(_truth_rows(flat), _texts(flat), older, np.where(step == 2, -1, next_day))

    def _version(self, lines: PurchaseLines, step: Ints) -> pl.DataFrame:
        """Flat rows of each line at its step; what is still to come is not known yet."""
        times = {
            "dispatched_at": np.where(step >= 1, lines.dispatched_at, 0),
            "received_at": np.where(step >= 2, lines.received_at, 0),
            "cancelled_at": np.where(step >= 2, lines.cancelled_at, 0),
        }
        supplier = self.catalogue.supplier_table["supplier_id"].gather(pl.Series(lines.supplier))
        days = {"ordered_on": lines.day, **{name: getattr(lines, name) for name in _DAYS}}
        return (
            pl.DataFrame(
                {
                    "purchase_order_line_id": line_ids(lines.reference),
                    "supplier_id": supplier,
                    "location_id": pl.repeat(self.geo.ids[0], len(lines.sku), eager=True),
                    "sku_id": self.catalogue.ids.gather(pl.Series(lines.sku)),
                    "ordered_quantity": lines.ordered,
                    "unit_price_fen": lines.price_fen,
                    "ordered_at": lines.ordered_at,
                    "dispatched_quantity": lines.dispatched,
                    "received_quantity": lines.received,
                    **days,
                    **times,
                    "updated_at": np.maximum.reduce([lines.ordered_at, *times.values()]),
                }
            )
            .with_columns(
                pl.when(pl.col("dispatched_at") > 0).then("dispatched_quantity").alias("dispatched_quantity"),
                pl.when(pl.col("received_at") > 0).then("received_quantity").alias("received_quantity"),
                *(
                    (pl.lit(self.config.start_day) + pl.duration(days=pl.col(name))).cast(pl.Date).alias(name)
                    for name in days
                ),
            )
            .with_columns(
                pl.format("P{}-{}", pl.col("ordered_on").dt.strftime("%y%m%d"), "supplier_id").alias(
                    "purchase_order_id"
                )
            )
        )


_COLUMNS = [
    "purchase_order_line_id",
    "purchase_order_id",
    "supplier_id",
    "location_id",
    "sku_id",
    "ordered_quantity",
    "unit_price_yuan",
    "ordered_at",
    "promised_dispatch_on",
    "promised_receipt_on",
    "dispatched_at",
    "dispatched_quantity",
    "received_at",
    "received_quantity",
    "cancelled_at",
    "updated_at",
]


def _texts(flat: pl.DataFrame) -> pl.Series:
    ready = flat.with_columns(
        yuan("unit_price_fen").alias("unit_price_yuan"),
        *(iso(name) for name in (*_TIMES, "updated_at")),
        *(pl.col(name).cast(pl.String) for name in _DAYS),
    )
    return ready.select(pl.struct(_COLUMNS).struct.json_encode().alias("text"))["text"]


def _truth_rows(flat: pl.DataFrame) -> pl.DataFrame:
    return flat.with_columns(
        decimal_yuan("unit_price_fen").alias("unit_price_yuan"), *(utc(name) for name in (*_TIMES, "updated_at"))
    ).select(_COLUMNS)
