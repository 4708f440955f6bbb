"""What follows a sale: goods that leave in two parcels, money that goes back in part or whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.billing import Bill, Sales
from simulator.config import ChainConfig
from simulator.delivery import Journey
from simulator.streams import stream

Ints = NDArray[np.int64]
#: Share of courier orders of several lines whose goods leave in two parcels.
_SPLIT_SHARE = 0.02
#: Share of partial refunds that come in two instalments.
_INSTALMENT_SHARE = 0.3


@dataclass
class AfterSales:
    """Parcels and refunds of the orders of one block and day. Times in seconds UTC, money in fen."""

    order_ids: pl.Series
    sales: Sales
    bill: Bill
    journey: Journey
    location_ids: pl.Series
    """Per order the location that hands the goods out."""
    couriers: pl.Series
    is_split: NDArray[np.bool_]
    first_handed_at: Ints
    first_delivered_at: Ints
    first_refund: Ints
    """Fen that come back before the rest, 0 = all at once."""
    first_refunded_at: Ints
    refunded_units: Ints
    """Per line the packs that a refund is about."""

    @classmethod
    def draw(
        cls,
        config: ChainConfig,
        day: int,
        block: int,
        orders: pl.DataFrame,
        sales: Sales,
        bill: Bill,
        journey: Journey,
        settled_at: Ints,
    ) -> AfterSales:
        """Draw from streams of their own; ``settled_at`` is when the final version of each order is sent."""
        n = len(orders)
        rng = stream(config.seed, "parcels", day, block)
        lines = np.bincount(sales.order, minlength=n)
        may_split = (journey.distance_meters >= 0) & (lines > 1) & (journey.handed_over_at > 0)
        is_split = may_split & (rng.random(n) < _SPLIT_SHARE)
        # The order is on its way, and arrives, with its last parcel: the first one went while the rest was picked.
        handed = journey.picked_at + (rng.random(n) * (journey.handed_over_at - journey.picked_at)).astype(np.int64)
        ride = (journey.delivered_at - journey.handed_over_at).clip(0) * rng.uniform(0.8, 1.0, n)
        arrived = np.where(journey.delivered_at > 0, handed + ride.astype(np.int64), 0)

        rng = stream(config.seed, "refunds", day, block)
        is_partial = (bill.refund > 0) & (bill.refund < bill.total)
        in_two = is_partial & (rng.random(n) < _INSTALMENT_SHARE) & (bill.refund > 1)
        first = np.where(in_two, (bill.refund * rng.uniform(0.3, 0.7, n)).astype(np.int64).clip(1), 0)
        wait = (bill.refunded_at - settled_at).clip(0) * rng.uniform(0.2, 0.9, n)
        chosen = (rng.random(n) * lines).astype(np.int64)[sales.order] + 1 == sales.number
        partial_units = np.where(chosen, (sales.units + 1) // 2, 0)
        units = np.where(is_partial[sales.order], partial_units, sales.units)
        return cls(
            order_ids=orders["order_id"],
            sales=sales,
            bill=bill,
            journey=journey,
            location_ids=orders["fulfilling_location_id"],
            couriers=orders["courier_company"],
            is_split=is_split,
            first_handed_at=handed,
            first_delivered_at=arrived,
            first_refund=first,
            first_refunded_at=settled_at + wait.astype(np.int64),
            refunded_units=np.where(bill.refund[sales.order] > 0, units, 0),
        )

    def refunds_of(self, version: pl.DataFrame) -> pl.DataFrame:
        """Refunds a version shows: ``row, refund_number, refund_id, refunded_at, amount_fen, refund_reason``."""
        shown = version.with_row_index("place").filter(pl.col("refund_fen") > 0)
        place, order = shown["place"].to_numpy().astype(np.int64), shown["row"].to_numpy()
        amounts = np.stack([self.first_refund[order], self.bill.refund[order] - self.first_refund[order]], axis=1)
        times = np.stack([self.first_refunded_at[order], self.bill.refunded_at[order]], axis=1)
        which, part = np.nonzero(amounts)
        number = np.arange(len(which)) - np.searchsorted(which, which) + 1
        ids = shown["order_id"].str.slice(1).gather(pl.Series(which)) + "-" + pl.Series(number).cast(pl.String)
        return pl.DataFrame(
            {
                "row": place[which],
                "refund_number": number,
                "refund_id": "R" + ids,
                "refunded_at": times[which, part],
                "amount_fen": amounts[which, part],
                "refund_reason": shown["refund_reason"].gather(pl.Series(which)),
            }
        )

    def refund_lines_of(self, version: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
        """Lines of the refunds: ``row, refund_id, line_number, refunded_quantity``; an order's first names them all."""
        first = refunds.filter(pl.col("refund_number") == 1)
        turn = np.full(len(self.order_ids), -1)
        turn[version["row"].gather(first["row"]).to_numpy()] = np.arange(len(first))
        line = np.flatnonzero((self.refunded_units > 0) & (turn[self.sales.order] >= 0))
        at = pl.Series(turn[self.sales.order[line]])
        return pl.DataFrame(
            {
                "row": first["row"].gather(at),
                "refund_id": first["refund_id"].gather(at),
                "line_number": self.sales.number[line],
                "refunded_quantity": self.refunded_units[line],
            }
        )

    def shipments_of(self, version: pl.DataFrame) -> pl.DataFrame:
        """Parcels of a version with ``row`` and the numbers of the lines in them; none before the courier has them."""
        shown = version.with_row_index("place").filter(
            (pl.col("handed_over_at") > 0) & pl.col("courier_company").is_not_null()
        )
        place = np.full(len(self.order_ids), -1)
        place[shown["row"].to_numpy()] = shown["place"].to_numpy().astype(np.int64)
        line = np.flatnonzero(place[self.sales.order] >= 0)
        order = self.sales.order[line]
        # The first line of a split order goes ahead, the others follow.
        number = np.where(self.is_split[order] & (self.sales.number[line] > 1), 2, 1)
        ahead = self.is_split[order] & (number == 1)
        rows = pl.DataFrame(
            {
                "row": place[order],
                "shipment_number": number,
                "location_id": self.location_ids.gather(pl.Series(order)),
                "courier_company": self.couriers.gather(pl.Series(order)),
                "handed_over_at": np.where(ahead, self.first_handed_at[order], self.journey.handed_over_at[order]),
                "delivered_at": np.where(ahead, self.first_delivered_at[order], self.journey.delivered_at[order]),
                "line_number": self.sales.number[line],
            }
        )
        key = [name for name in rows.columns if name != "line_number"]
        return rows.group_by(key, maintain_order=True).agg(pl.col("line_number").alias("line_numbers"))
