"""Orders as their senders know them: flat rows of any version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from simulator import identifiers
from simulator.aftersales import AfterSales
from simulator.billing import METHODS, Bill, Sales
from simulator.boxes import box_ids
from simulator.catalogue import Catalogue
from simulator.config import ChainConfig
from simulator.couriers import LOG_COLUMNS, UNQUALIFIED_COURIER, draw_courier_log
from simulator.delivery import STATUSES, Journey
from simulator.demand import CHANNELS, MODES, Demand
from simulator.geography import Geography, geohash
from simulator.people import People
from simulator.store_phones import store_phones, types_store_phone

Ints = NDArray[np.int64]
TIMES = [
    "placed_at",
    "paid_at",
    "reviewed_at",
    "accepted_at",
    "picked_at",
    "handed_over_at",
    "delivered_at",
    "cancelled_at",
    "promised_at",
]
_COURIERS = ["达达快送", "美团配送", "蜂鸟即配", "顺丰同城"]
_CANCEL_REASONS = [
    "changed_mind",
    "waited_too_long",
    "store_too_busy",
    "out_of_stock",
    "refused_at_the_door",
    "lost_by_courier",
]
_REFUND_REASONS = ["damaged", "wrong_item", "not_as_described", "order_cancelled"]


def lists(offsets: Ints, values: pa.Array, name: str) -> pl.Series:
    """Series of lists: entry ``i`` holds the values from ``offsets[i]`` to ``offsets[i + 1]``, exclusive."""
    made = pl.from_arrow(pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), values))
    assert isinstance(made, pl.Series)
    return made.alias(name)


@dataclass
class OrderParts:
    """One version of some orders. ``row`` of the other frames is the place of the order in ``orders``; all are sorted
    by it."""

    orders: pl.DataFrame
    lines: pl.DataFrame
    payments: pl.DataFrame
    refunds: pl.DataFrame
    refund_lines: pl.DataFrame
    shipments: pl.DataFrame

    def at(self, chosen: Ints) -> OrderParts:
        """The orders at the places ``chosen``, with what belongs to them."""
        place = np.full(len(self.orders), -1)
        place[chosen] = np.arange(len(chosen))

        def moved(frame: pl.DataFrame) -> pl.DataFrame:
            return frame.with_columns(pl.Series("row", place[frame["row"].to_numpy()])).filter(pl.col("row") >= 0)

        return OrderParts(
            self.orders[chosen.tolist()],
            moved(self.lines),
            moved(self.payments),
            moved(self.refunds),
            moved(self.refund_lines),
            moved(self.shipments),
        )


class OrderBook:
    """All orders of one block and day, from which any version of any of them can be written."""

    def __init__(
        self,
        config: ChainConfig,
        geo: Geography,
        catalogue: Catalogue,
        people: People,
        day: int,
        block: int,
        demand: Demand,
        journey: Journey,
        sales: Sales,
        bill: Bill,
        asked_for: Ints,
        rng: np.random.Generator,
    ) -> None:
        n = len(demand.store)
        self.sales, self.bill, self.journey = sales, bill, journey
        stamp = config.day(day).strftime("%y%m%d")
        serial = np.zeros(n, dtype=np.int64)
        by_store = np.argsort(demand.store, kind="stable")
        ranked = demand.store[by_store]
        starts = np.searchsorted(ranked, ranked)
        serial[by_store] = np.arange(n) - starts
        text = pl.Series(demand.store * 100_000 + serial + 10_000_000_000).cast(pl.String)
        self.order_ids = "O" + stamp + text.str.slice(1)
        online = demand.mode > 0
        courier = (demand.mode == 1) | (demand.mode == 2)
        is_cold = np.bincount(sales.order, catalogue.is_cold[sales.sku], n) > 0
        rx_order = np.bincount(sales.order, catalogue.is_rx[sales.sku], n) > 0
        drug_order = np.bincount(sales.order, catalogue.is_drug[sales.sku], n) > 0
        self._line_id = pl.Series(sales.order * 10 + sales.number)
        delivered = journey.delivered_at
        guided = (delivered > 0) & drug_order & (rng.random(n) < np.where(online, 0.78, 0.6))
        lag = np.where(rng.random(n) < 0.95, rng.exponential(2400, n), rng.uniform(86_400, 172_800, n)).astype(np.int64)
        customer = self._customers(config, geo, demand, people, day, block, rng)
        self.latitude = geo.latitude[demand.store] + rng.normal(0, 0.5, n) * journey.distance_meters / 111_000
        self.longitude = geo.longitude[demand.store] + rng.normal(0, 0.5, n) * journey.distance_meters / 100_000
        reason = np.select(
            [journey.fate == 1, journey.fate == 2, journey.fate == 4, journey.fate == 5],
            [rng.integers(0, 2, n), rng.integers(2, 4, n), 4, 5],
            -1,
        )
        who = np.select([journey.fate == 1, journey.fate == 4, journey.fate == 2, journey.fate == 5], [0, 0, 1, 2], -1)
        pharmacist = pl.Series(demand.fulfilling - geo.first_store + 1).cast(pl.String).str.zfill(5)
        promised = np.where(journey.paid_at > 0, journey.promised_at, 0)
        times = {name: getattr(journey, name, None) for name in TIMES}
        times |= {"placed_at": demand.placed_at, "promised_at": promised}
        log = draw_courier_log(config, day, block, self.order_ids, demand, journey, sales.order, sales.sku, catalogue)
        self.breaches = log.breaches
        self.frame = pl.DataFrame(
            {
                "order_id": self.order_ids,
                "channel": labels(CHANNELS, demand.channel),
                "store_id": geo.ids[demand.store.tolist()],
                "fulfilling_location_id": geo.ids[demand.fulfilling.tolist()],
                "person_id": demand.person,
                **customer,
                "delivery_mode": labels(MODES, demand.mode),
                "status": labels(STATUSES, journey.status),
                **times,
                "cancelled_by": labels(["customer", "chain", "platform"], who),
                "cancel_reason": labels(_CANCEL_REASONS, reason),
                "distance_meters": journey.distance_meters,
                "address_cell": geohash(self.latitude, self.longitude),
                "courier_company": labels(
                    [*_COURIERS, UNQUALIFIED_COURIER],
                    np.where(courier, np.where(log.is_unqualified, 4, (demand.store + demand.channel) % 4), -1),
                ),
                **log.columns,
                "is_cold_chain": is_cold,
                "delivery_box_id": box_ids(
                    day, demand.fulfilling, journey.handed_over_at, is_cold & courier & (journey.handed_over_at > 0)
                ),
                "coupon_fen": bill.coupon,
                "refunded_at": np.zeros(n, dtype=np.int64),
                "refund_fen": np.zeros(n, dtype=np.int64),
                "refund_reason": labels(_REFUND_REASONS, np.full(n, -1)),
                "guidance_pharmacist_id": "P" + pharmacist + "-1",
                "guidance_kind": labels(["chat", "leaflet", "call"], rng.choice(3, n, p=[0.6, 0.3, 0.1])),
                "guidance_sent_at": np.where(guided & (lag < 3000), delivered + lag, 0),
                "updated_at": journey.final_at,
                "is_rx": rx_order,
            }
        ).with_columns(
            pl.when(pl.Series(courier)).then("distance_meters").alias("distance_meters"),
            pl.when(pl.Series(courier)).then("address_cell").alias("address_cell"),
        )
        # Guidance belongs to the final version, which is therefore sent after it.
        sent = self.frame["guidance_sent_at"].to_numpy()
        self.frame = self.frame.with_columns(pl.Series("updated_at", np.maximum(journey.final_at, sent)))
        self.lines = self._line_table(catalogue, asked_for, day, block)
        self.final_at = self.frame["updated_at"].to_numpy()
        # Refunds of cancelled orders are known when they are cancelled; those of delivered ones come days later.
        self.bill.refunded_at = np.where(
            journey.fate == 0,
            np.where(bill.refund > 0, np.maximum(bill.refunded_at, self.final_at + 60), 0),
            bill.refunded_at,
        )
        self.after_sales = AfterSales.draw(config, day, block, self.frame, sales, bill, journey, self.final_at)

    def _customers(
        self,
        config: ChainConfig,
        geo: Geography,
        demand: Demand,
        people: People,
        day: int,
        block: int,
        rng: np.random.Generator,
    ) -> dict[str, Any]:
        """How each channel knows its customer; who has just registered is known by card from that day on."""
        person = np.maximum(demand.person, 0)
        known = demand.person >= 0
        n = len(person)
        member = known & (people.registered_day[person] <= day)
        wechat = (demand.channel == 1) | (demand.channel == 5)
        platform = (demand.channel >= 2) & (demand.channel <= 4)
        phone = known & (rng.random(n) < np.select([demand.channel == 0, wechat], [0.7, 0.85], 0.3))
        card = member & ~platform
        openid, user = np.full(n, None, dtype=object), np.full(n, None, dtype=object)
        for channel, app in ((1, 0), (5, 1)):
            hit = np.flatnonzero(demand.channel == channel)
            openid[hit] = identifiers.openids(person[hit], app).to_numpy()
        for number in range(3):
            hit = np.flatnonzero(demand.channel == 2 + number)
            user[hit] = identifiers.platform_user_ids(person[hit], number).to_numpy()
        ids = pl.DataFrame(
            {
                "member_card": identifiers.member_cards(person),
                "phone": identifiers.phones(people.household_head[person]),
                "unionid": identifiers.unionids(person),
                "openid": pl.Series(openid.tolist(), dtype=pl.String),
                "platform_user_id": pl.Series(user.tolist(), dtype=pl.String),
            }
        )
        masks = {"member_card": card, "phone": phone, "unionid": wechat, "openid": wechat, "platform_user_id": platform}
        known_by = {
            name: ids.select(pl.when(pl.Series(mask)).then(name).alias(name))[name] for name, mask in masks.items()
        }
        typed = types_store_phone(config, geo, day, block, demand) & card & ~phone
        store = store_phones(demand.store.astype(np.int64)).alias("phone")
        known_by["phone"] = known_by["phone"].zip_with(pl.Series(~typed), store)
        return known_by

    def _line_table(self, catalogue: Catalogue, asked_for: Ints, day: int, block: int) -> pl.DataFrame:
        sales = self.sales
        picked = sales.lot >= 0
        rx = catalogue.is_rx[sales.sku]
        lot = pl.Series(sales.lot).cast(pl.String).str.zfill(3)
        ids = catalogue.ids[sales.sku.tolist()]
        coded = np.where(picked & catalogue.is_drug[sales.sku], sales.units, 0)
        offsets = np.concatenate([[0], np.cumsum(coded)]).astype(np.int64)
        serial = np.arange(offsets[-1]) + day * 10**9 + block * 10**7
        # A trace code has 20 digits: 7 of the product, 13 of the pack.
        code = pl.Series(8_000_000 + np.repeat(sales.sku, coded)).cast(pl.String) + pl.Series(serial).cast(
            pl.String
        ).str.zfill(13)
        order_text = self.order_ids[sales.order.tolist()].str.slice(1)
        return pl.DataFrame(
            {
                "order": sales.order,
                "line_number": sales.number,
                "sku_id": ids,
                "quantity": sales.units,
                "unit_price_fen": sales.price,
                "discount_fen": sales.discount,
                "unit_cost_fen": sales.cost,
                "lot_id": ids.str.slice(3) + "-" + lot,
                "trace_codes": lists(offsets, code.to_arrow(), "trace_codes"),
                "prescription_id": "RX" + order_text,
                "substituted_for_sku_id": catalogue.ids.gather(pl.Series(asked_for).replace(-1, None)),
            }
        ).with_columns(
            pl.when(pl.Series(picked)).then("lot_id").alias("lot_id"),
            pl.when(pl.Series(rx)).then("prescription_id").alias("prescription_id"),
        )

    def version(self, which: NDArray[np.bool_], kind: str) -> pl.DataFrame:
        """Flat rows of one version of orders ``which``: ``placed``, ``paid``, ``final`` or ``refund``; with ``row``."""
        rows = np.flatnonzero(which)
        part = self.frame[rows].with_columns(pl.Series("row", rows))
        if kind in ("placed", "paid"):
            blank = [name for name in TIMES if name not in ("placed_at", "promised_at")] + ["guidance_sent_at"]
            stamp = pl.col("placed_at" if kind == "placed" else "paid_at")
            return part.with_columns(
                *(pl.lit(0, dtype=pl.Int64).alias(name) for name in blank if kind == "placed" or name != "paid_at"),
                *((pl.lit(0, dtype=pl.Int64).alias("promised_at"),) if kind == "placed" else ()),
                pl.lit(None, dtype=pl.String).alias("delivery_box_id"),
                pl.lit(None, dtype=pl.String).alias("cancelled_by"),
                pl.lit(None, dtype=pl.String).alias("cancel_reason"),
                *(pl.lit(None, dtype=part.schema[name]).alias(name) for name in LOG_COLUMNS),
                pl.lit(kind).alias("status"),
                stamp.alias("updated_at"),
            )
        cancelled = self.journey.cancelled_at[rows] > 0
        if kind == "refund" or cancelled.any():
            show = np.ones(len(rows), dtype=bool) if kind == "refund" else cancelled & (self.bill.refund[rows] > 0)
            part = part.with_columns(
                pl.Series("refunded_at", np.where(show, self.bill.refunded_at[rows], 0)),
                pl.Series("refund_fen", np.where(show, self.bill.refund[rows], 0)),
                labels(_REFUND_REASONS, np.where(show, self.bill.refund_reason[rows], -1)).alias("refund_reason"),
            )
        if kind == "refund":
            part = part.with_columns(pl.col("refunded_at").alias("updated_at"))
        return part

    def lines_of(self, version: pl.DataFrame) -> pl.DataFrame:
        """Lines of a version (flat, ``row`` = place in the version); nothing is picked in early versions."""
        place = np.full(len(self.order_ids), -1)
        place[version["row"].to_numpy()] = np.arange(len(version))
        where = place[self.sales.order]
        part = self.lines.with_columns(pl.Series("row", where)).filter(pl.Series(where >= 0))
        if len(version) and version["status"][0] in ("placed", "paid"):
            part = part.with_columns(
                pl.lit(None, dtype=pl.String).alias("lot_id"), pl.lit([], dtype=pl.List(pl.String)).alias("trace_codes")
            )
        return part

    def payments_of(self, version: pl.DataFrame) -> pl.DataFrame:
        """Payments of a version (``row, payment_number, payment_method, amount_fen``); none before it is paid."""
        amounts = self.bill.paid_by[version["row"].to_numpy()].copy()
        amounts[version["paid_at"].to_numpy() == 0] = 0
        row, method = np.nonzero(amounts)
        number = np.arange(len(row)) - np.searchsorted(row, row) + 1
        return pl.DataFrame(
            {
                "row": row,
                "payment_number": number,
                "payment_method": labels(METHODS, method),
                "amount_fen": amounts[row, method],
            }
        )

    def parts(self, which: NDArray[np.bool_], kind: str) -> OrderParts:
        """One version of orders ``which``, with all that its documents carry."""
        orders = self.version(which, kind)
        refunds = self.after_sales.refunds_of(orders)
        return OrderParts(
            orders,
            self.lines_of(orders),
            self.payments_of(orders),
            refunds,
            self.after_sales.refund_lines_of(orders, refunds),
            self.after_sales.shipments_of(orders),
        )


def labels(names: list[str], numbers: NDArray[Any]) -> pl.Series:
    """Names by number; -1 gives null."""
    return pl.Series(names, dtype=pl.String).gather(pl.Series(numbers.astype(np.int64)).replace(-1, None))
