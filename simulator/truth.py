"""What really happened, apart from what was sent: truth tables as Parquet files, one per day where daily."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from simulator.clock import decimal_yuan, utc
from simulator.couriers import LOG_COLUMNS
from simulator.documents import TIMES, OrderParts
from simulator.writers import parquet, put

#: Rows kept at hand per table before they go to the file; bounds memory on big days.
_ROWS_AT_HAND = 400_000


@dataclass
class Truth:
    """Truth tables, one file per table and day; the rows of a day come block by block."""

    root: Path
    _parts: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    _open: dict[str, pq.ParquetWriter] = field(default_factory=dict)

    def add(self, table: str, frame: pl.DataFrame) -> None:
        """Add rows of the day."""
        parts = self._parts.setdefault(table, [])
        parts.append(frame)
        if sum(map(len, parts)) > _ROWS_AT_HAND:
            self._flush(table)

    def _aside(self, table: str) -> Path:
        return self.root / table / ".open.part"

    def _flush(self, table: str) -> None:
        rows = pl.concat(self._parts.pop(table)).to_arrow(compat_level=pl.CompatLevel.oldest())
        if table not in self._open:
            path = self._aside(table)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open[table] = pq.ParquetWriter(path, rows.schema, compression="zstd", compression_level=1)
        self._open[table].write_table(rows)

    def close_day(self, day: date) -> None:
        """Finish ``<table>/<day>.parquet`` for every table that has rows."""
        for table in list(self._parts):
            self._flush(table)
        for table, writer in self._open.items():
            writer.close()
            self._aside(table).replace(self.root / table / f"{day.isoformat()}.parquet")
        self._open.clear()

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
        "delivery_box_id",
        *LOG_COLUMNS,
        pl.when(pl.col("coupon_fen") > 0).then(pl.format("C{}", pl.col("coupon_fen"))).alias("coupon_code"),
        pl.when(pl.col("coupon_fen") > 0).then(decimal_yuan("coupon_fen")).alias("coupon_yuan"),
        utc("refunded_at"),
        pl.when(pl.col("refund_fen") > 0).then(decimal_yuan("refund_fen")).alias("refund_yuan"),
        pl.when(guided).then("guidance_pharmacist_id").alias("guidance_pharmacist_id"),
        pl.when(guided).then("guidance_kind").alias("guidance_kind"),
        utc("guidance_sent_at"),
        utc("updated_at"),
    )


def truth_parts(parts: OrderParts) -> Iterator[tuple[str, pl.DataFrame]]:
    """Truth tables of what belongs to order versions, with ``row``, the place of the order among the versions."""
    lines = parts.lines.select(
        "row",
        "line_number",
        "sku_id",
        "quantity",
        decimal_yuan("unit_price_fen").alias("unit_price_yuan"),
        decimal_yuan("discount_fen").alias("discount_yuan"),
        decimal_yuan("unit_cost_fen").alias("unit_cost_yuan"),
        "lot_id",
        "trace_codes",
        "prescription_id",
        "substituted_for_sku_id",
    )
    payments = parts.payments.select(
        "row", "payment_number", "payment_method", decimal_yuan("amount_fen").alias("amount_yuan")
    )
    refunds = parts.refunds.select(
        "row", "refund_id", utc("refunded_at"), decimal_yuan("amount_fen").alias("amount_yuan"), "refund_reason"
    )
    shipments = parts.shipments.with_columns(utc("handed_over_at"), utc("delivered_at"))
    keys = parts.orders.select("order_id", utc("updated_at"))
    for table, rows in (
        ("order_lines", lines),
        ("order_payments", payments),
        ("order_refunds", refunds),
        ("order_refund_lines", parts.refund_lines),
        ("order_shipments", shipments),
    ):
        yield table, pl.concat([keys[rows["row"].to_list()], rows], how="horizontal")
