"""Stock movements as the ERP exports them: CSV rows and truth rows."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.breaking import INVENTORY_COLUMNS
from simulator.clock import decimal_yuan, iso, utc
from simulator.config import STORES_PER_BLOCK, ChainConfig
from simulator.purchasing import line_ids
from simulator.supply import KINDS, Movements, Supply

#: Columns of the frames that :func:`ledger_rows` makes: location numbers, fen and seconds still, plus the block.
_NUMERIC = ("expiry_day", "unit_cost_fen", "occurred_at")


def ledger_rows(
    supply: Supply, movements: Movements, movement_id: pl.Series, order_id: pl.Series | None = None
) -> pl.DataFrame:
    """Movements as one frame; ``movement_id`` (and for sales ``order_id``) name them."""
    geo, catalogue = supply.geo, supply.catalogue
    ids = catalogue.ids.gather(pl.Series(movements.sku))
    lot = pl.Series(movements.lot).cast(pl.String).str.zfill(3)
    counterparty = pl.Series(movements.counterparty).replace(-1, None)
    reference = movements.reference
    return pl.DataFrame(
        {
            "movement_id": movement_id,
            "movement_kind": pl.repeat(KINDS[movements.kind], len(ids), eager=True),
            "location_id": geo.ids.gather(pl.Series(movements.location)),
            "sku_id": ids,
            "lot_id": ids.str.slice(3) + "-" + lot,
            "expiry_day": supply.lot_expiry[movements.sku, movements.lot].astype(np.int64),
            "quantity": movements.quantity,
            "unit_cost_fen": supply.lot_cost_fen[movements.sku, movements.lot],
            "occurred_at": movements.at,
            "order_id": order_id if order_id is not None else pl.repeat(None, len(ids), dtype=pl.String, eager=True),
            "counterparty_location_id": geo.ids.gather(counterparty),
            "purchase_order_line_id": line_ids(reference),
            "block": np.maximum((movements.location - geo.first_store) // STORES_PER_BLOCK, 0),
        }
    ).with_columns(pl.when(pl.Series(reference >= 0)).then("purchase_order_line_id").alias("purchase_order_line_id"))


def serial_ids(kind: int, day: int, start: int, count: int) -> pl.Series:
    """Ids of movements other than sales: ``M``, kind, day and a number that counts on through the day."""
    return f"M{kind}" + pl.Series(np.arange(start, start + count) + (day + 10_000) * 10**9).cast(pl.String).str.slice(1)


def _dated(config: ChainConfig) -> pl.Expr:
    return (pl.lit(config.start_day) + pl.duration(days=pl.col("expiry_day"))).cast(pl.Date).alias("expiry_date")


def csv_rows(config: ChainConfig, rows: pl.DataFrame) -> pl.Series:
    """One CSV text per movement, in the order of :data:`INVENTORY_COLUMNS`."""
    ready = rows.with_columns(
        _dated(config).cast(pl.String),
        iso("occurred_at"),
        pl.col("quantity").cast(pl.String),
        decimal_yuan("unit_cost_fen").cast(pl.String).alias("unit_cost_yuan"),
    ).with_columns(pl.col("occurred_at").alias("updated_at"))
    return ready.select(
        pl.concat_str([pl.col(c).fill_null("") for c in INVENTORY_COLUMNS], separator=",").alias("text")
    )["text"]


def truth_movements(config: ChainConfig, rows: pl.DataFrame) -> pl.DataFrame:
    """Truth rows of movements: UTC times, dates, Decimal yuan."""
    return (
        rows.with_columns(_dated(config), utc("occurred_at"), decimal_yuan("unit_cost_fen").alias("unit_cost_yuan"))
        .with_columns(pl.col("occurred_at").alias("updated_at"))
        .select(INVENTORY_COLUMNS)
    )
