"""Schema of the lake table that the replay writes."""

from __future__ import annotations

import polars as pl

POLICY_REPLAYS = "policy_replays"
POLICY_REPLAYS_SCHEMA: dict[str, pl.DataType] = {
    "policy_code": pl.String(),
    "location_id": pl.String(),
    "sku_id": pl.String(),
    "opening_quantity": pl.Int64(),
    "received_quantity": pl.Int64(),
    "demand_quantity": pl.Int64(),
    "sold_quantity": pl.Int64(),
    "wasted_quantity": pl.Int64(),
    "closing_quantity": pl.Int64(),
    "stockout_days": pl.Int64(),
    "stock_pack_days": pl.Int64(),
    "order_count": pl.Int64(),
    "ordered_quantity": pl.Int64(),
}
"""One row per policy x location x SKU over the window; packs, days, pack days (closing stock summed over the days)."""
