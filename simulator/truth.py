"""What really happened, apart from what was sent: truth tables as Parquet files, one per day where daily."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from simulator.clock import decimal_yuan, utc
from simulator.documents import TIMES
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
