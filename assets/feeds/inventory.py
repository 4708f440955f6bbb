"""Stock movements and opening balances from the ERP, per location, SKU and lot."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import LandedRow, count, day, flat_feed, money, one_of, record_id, text, utc_time

INWARD = ["opening", "receipt", "transfer_in"]
OUTWARD = ["sale", "transfer_out", "expiry", "damage"]
EITHER_WAY = ["return", "adjustment"]


class InventoryRow(LandedRow):
    """One stock movement."""

    movement_id = record_id("Number of the movement in the ERP")
    movement_kind = one_of([*INWARD, *OUTWARD, *EITHER_WAY], "What moved the stock")
    location_id = text("Store or distribution centre", nullable=False)
    sku_id = text("Product", nullable=False)
    lot_id = text("Lot", nullable=False)
    expiry_date = day("Last day the lot may be sold", nullable=False)
    quantity = count("Packs, in positive, out negative", minimum=None)
    unit_cost_yuan = money("Cost of one pack")
    occurred_at = utc_time("When the stock moved", nullable=False)
    order_id = text("Order a sale or return belongs to")
    counterparty_location_id = text("Other end of a transfer")
    purchase_order_line_id = text("Purchase-order line a receipt belongs to")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def sign_matches_kind(cls) -> pl.Expr:
        """What comes in is not negative, what goes out is not positive."""
        wrong_in = pl.col("movement_kind").is_in(INWARD) & (pl.col("quantity") < 0)
        wrong_out = pl.col("movement_kind").is_in(OUTWARD) & (pl.col("quantity") > 0)
        return ~(wrong_in | wrong_out)


FEED = flat_feed(
    "inventory",
    InventoryRow,
    id_columns=("movement_id",),
    owner="team:supply",
    description="Stock movements and opening balances per location, SKU and lot, exported by the ERP",
)
