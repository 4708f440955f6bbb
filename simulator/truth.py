"""What really happened, apart from what was sent: truth tables as Parquet files, one per day where daily."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from simulator.clock import decimal_yuan, utc
from simulator.documents import TIMES
from simulator.writers import parquet, put


@dataclass
class Truth:
    """What really happened, one file per table and day; rows of a day are gathered block by block."""

    root: Path
    _parts: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def add(self, table: str, frame: pl.DataFrame) -> None:
        """Keep rows of the day at hand."""
        self._parts.setdefault(table, []).append(frame)

    def close_day(self, day: date) -> None:
        """Write ``<table>/<day>.parquet`` for every table that has rows."""
        for table, parts in self._parts.items():
            put(self.root / table / f"{day.isoformat()}.parquet", parquet(pl.concat(parts)))
        self._parts.clear()

    def write(self, table: str, frame: pl.DataFrame) -> None:
        """Write a table that is one file."""
        put(self.root / f"{table}.parquet", parquet(frame))


def truth_orders(version: pl.DataFrame) -> pl.DataFrame:
    """Flat truth rows of order versions: UTC times, Decimal yuan, the true person (null when nobody knows)."""
    guided = pl.col("guidance_sent_at") != 0
    return version.select(
        "order_id",
        "channel",
        "store_id",
        "fulfilling_location_id",
        pl.when(pl.col("person_id") >= 0).then("person_id").alias("person_id"),
        *(
            pl.when(pl.col("person_id") >= 0).then(c).alias(c)
            for c in ("member_card", "phone", "unionid", "openid", "platform_user_id")
        ),
        "delivery_mode",
        "status",
        *(utc(name) for name in TIMES),
        "cancelled_by",
        "cancel_reason",
        "distance_meters",
        "address_cell",
        "courier_company",
        "is_cold_chain",
        pl.when(pl.col("coupon_fen") > 0).then(pl.format("C{}", pl.col("coupon_fen"))).alias("coupon_code"),
        pl.when(pl.col("coupon_fen") > 0).then(decimal_yuan("coupon_fen")).alias("coupon_yuan"),
        utc("refunded_at"),
        pl.when(pl.col("refund_fen") > 0).then(decimal_yuan("refund_fen")).alias("refund_yuan"),
        "refund_reason",
        pl.when(guided).then("guidance_pharmacist_id").alias("guidance_pharmacist_id"),
        pl.when(guided).then("guidance_kind").alias("guidance_kind"),
        utc("guidance_sent_at"),
        utc("updated_at"),
    )


def truth_lines(version: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Flat truth rows of the lines of order versions."""
    keys = version.select("order_id", utc("updated_at"))[lines["row"].to_list()]
    return pl.concat([keys, lines], how="horizontal").select(
        "order_id",
        "updated_at",
        "line_number",
        "sku_id",
        "quantity",
        decimal_yuan("unit_price_fen").alias("unit_price_yuan"),
        decimal_yuan("discount_fen").alias("discount_yuan"),
        decimal_yuan("unit_cost_fen").alias("unit_cost_yuan"),
        "lot_id",
        "trace_codes",
        "prescription_id",
    )


def truth_payments(version: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Flat truth rows of the payments of order versions."""
    keys = version.select("order_id", utc("updated_at"))[payments["row"].to_list()]
    return pl.concat([keys, payments], how="horizontal").select(
        "order_id", "updated_at", "payment_number", "payment_method", decimal_yuan("amount_fen").alias("amount_yuan")
    )
